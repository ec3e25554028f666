import type { Fault, Place } from "../../core/place.ts";
import { type Path, valueAt } from "../path.ts";
import type { Source } from "../source.ts";
import { classify, classifyResource, type Shape } from "./classify.ts";
import { isSection } from "./kinds.ts";
import { asPlain, listAt, type Plain, textAt } from "./plain.ts";

/** An object as it was written; `shape` is null where it is nothing that policies are made of. */
export interface WrittenObject {
  readonly shape: Shape | null;
  readonly value: Plain;
  readonly place: Place;
}

export interface Findings {
  readonly objects: readonly WrittenObject[];
  readonly faults: readonly Fault[];
}

type FoundValue = readonly [value: unknown, path: Path, shape?: Shape | null];

/**
 * Finds the objects of a file: bare ones, those in an envelope of the API, the sections of a policy file, and the
 * resources of `terraform show -json`. A file with nothing to recognise is a fault.
 */
export function findObjects(source: Source): Findings {
  const top = asPlain(source.value);
  const fault = (path: Path, message: string): Findings => {
    return { objects: [], faults: [{ place: source.placeOf(path), message }] };
  };
  const failed = top !== null && findFailure(top);
  if (failed) return fault(["success"], failed);

  const values = listValues(source.value, top);
  if (values === null) return fault([], `expected objects of Cloudflare's API; ${HOW_TO}`);
  const objects: WrittenObject[] = [];
  const faults: Fault[] = [];
  for (const [value, path, shape] of values) {
    const place = { ...source.placeOf(path) };
    const object = asPlain(value);
    if (object === null) faults.push({ place, message: `expected an object of Cloudflare's API; ${HOW_TO}` });
    else objects.push({ shape: shape === undefined ? classify(object) : shape, value: object, place });
  }
  if (objects.length > 0 && objects.every(({ shape }) => shape === null)) {
    return fault([], `nothing here is a part of Access policies, by its shape; ${HOW_TO}`);
  }
  return { objects, faults };
}

const HOW_TO = "export applications, policies, groups, lists and the like, and nothing else";

function isEnvelope(top: Plain): boolean {
  return "result" in top && !("name" in top);
}

function findFailure(top: Plain): string | null {
  if (!("success" in top) || "name" in top) return null;
  if (top.success === true && isEnvelope(top)) return null;
  return "the API answered with an error instead of objects; mend the call, and export again";
}

/** The values in a file, what they are where that is said, and where they stand. Null where it cannot hold any. */
function listValues(value: unknown, top: Plain | null): readonly FoundValue[] | null {
  if (Array.isArray(value)) return flatten(value, []);
  if (top === null) return null;
  for (const state of ["values", "planned_values"]) {
    const root: Path = [state, "root_module"];
    const module = asPlain(valueAt(top, root));
    if (module !== null) return listResources(module, root);
  }
  if (isEnvelope(top)) return listEntries(top.result, ["result"]);
  const sections = Object.keys(top);
  if (sections.length > 0 && sections.every(isSection)) {
    return sections.filter(isSection).flatMap((section): readonly FoundValue[] => {
      const entries = top[section] === null ? [] : listEntries(top[section], [section]);
      return entries.map(([entry, path]) => [entry, path, section] as const);
    });
  }
  return listEntries(top, []);
}

function listEntries(value: unknown, at: Path): readonly FoundValue[] {
  return Array.isArray(value) ? flatten(value, at) : [[value, at]];
}

/** The API wraps the items of lists in a second list. */
function flatten(values: readonly unknown[], at: Path): readonly FoundValue[] {
  return values.flatMap((value, index) => listEntries(value, [...at, index]));
}

/** The resources of a Terraform module and of the modules in it; what is no part of policies is left alone. */
function listResources(module: Plain, at: Path): readonly FoundValue[] {
  const own = listAt(module, "resources").flatMap((resource, index): readonly FoundValue[] => {
    const shape = classifyResource(textAt(asPlain(resource) ?? {}, "type"));
    const path = [...at, "resources", index, "values"];
    return shape === null ? [] : [[valueAt(resource, ["values"]), path, shape]];
  });
  const inner = listAt(module, "child_modules").flatMap((child, index) =>
    listResources(asPlain(child) ?? {}, [...at, "child_modules", index]),
  );
  return [...own, ...inner];
}
