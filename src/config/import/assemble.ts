import type { Place } from "../../core/place.ts";
import { type ExportedObject, idOf, nameOf } from "./exported-object.ts";
import { idInFileName } from "./file-scope.ts";
import type { WrittenObject } from "./find-objects.ts";
import { asPlain, listAt, type Plain, textAt } from "./plain.ts";
import { respell } from "./respell.ts";
import { sameContent } from "./tidy.ts";

/** Something that was written and cannot be used. */
export interface Stray {
  readonly name: string;
  readonly place: Place;
  readonly reason: string;
}

export interface Assembled {
  readonly objects: readonly ExportedObject[];
  readonly strays: readonly Stray[];
}

/** Puts together what the API hands out in parts: the items of a list, the policies of an application. */
export function assemble(written: readonly WrittenObject[]): Assembled {
  const strays: Stray[] = [];
  const objects: ExportedObject[] = [];
  const itemsOfFiles = new Map<string, WrittenObject[]>();
  for (const found of written) {
    const { shape, value, place } = found;
    if (shape === null) strays.push({ name: nameOf(value), place, reason: UNKNOWN_SHAPE });
    else if (shape === "items") {
      const items = itemsOfFiles.get(place.file);
      if (items) items.push(found);
      else itemsOfFiles.set(place.file, [found]);
    } else objects.push({ kind: shape, ...respell(shape, value), place });
  }
  const withItems = attachItems(objects, itemsOfFiles, strays);
  return { objects: attachPolicies(withItems, strays), strays };
}

const UNKNOWN_SHAPE = "by its shape it is no part of Access policies; nothing was made of it";

/** Gives lists the items that stand in files of their own, which are named after the list's id. */
function attachItems(
  objects: readonly ExportedObject[],
  itemsOfFiles: ReadonlyMap<string, readonly WrittenObject[]>,
  strays: Stray[],
): readonly ExportedObject[] {
  const byList = new Map<string, WrittenObject[]>();
  const lists = objects.filter(({ kind }) => kind === "lists");
  for (const [file, items] of itemsOfFiles) {
    const id = idInFileName(file);
    const list = id === null ? undefined : lists.find(({ value }) => idOf(value).toLowerCase() === id);
    if (id !== null && list) byList.set(id, [...(byList.get(id) ?? []), ...items]);
    else if (items[0]) strays.push({ name: file, place: items[0].place, reason: NO_LIST });
  }
  return objects.map((object) => {
    const items = object.kind === "lists" ? byList.get(idOf(object.value).toLowerCase()) : undefined;
    if (items === undefined || listAt(object.value, "items").length > 0) return object;
    return { ...object, value: { ...object.value, items: items.map(({ value }) => value) } };
  });
}

const NO_LIST =
  "items of a list that is not here; name the file after the list's id, and import the list too";

/** Gives applications the policies of their own that stand apart: in a file named after the application's id, or with it inside. */
function attachPolicies(objects: readonly ExportedObject[], strays: Stray[]): readonly ExportedObject[] {
  const applications = new Map(
    objects
      .filter(({ kind }) => kind === "applications")
      .map(({ value }) => [idOf(value).toLowerCase(), value]),
  );
  const attached = new Map<Plain, Plain[]>();
  const rest = objects.filter((object) => {
    if (object.kind !== "policies") return true;
    const inside = textAt(object.value, "application_id").toLowerCase();
    const inFileName = idInFileName(object.place.file);
    const application = applications.get(inside || (inFileName ?? ""));
    if (application !== undefined) {
      attached.set(application, [...(attached.get(application) ?? []), withoutApplication(object.value)]);
      return false;
    }
    if (inside === "") return true;
    strays.push({ name: nameOf(object.value), place: object.place, reason: NO_APPLICATION });
    return false;
  });
  return rest.map((object) => {
    if (object.kind === "policies") return { ...object, value: withoutApplication(object.value) };
    const own = attached.get(object.value);
    return own === undefined ? object : { ...object, value: withPolicies(object.value, own) };
  });
}

const NO_APPLICATION = "a policy of an application that is not here; import the application too";

function withoutApplication({ application_id: _, ...policy }: Plain): Plain {
  return policy;
}

/** A policy that stands apart takes the place of its link; one that the application holds as well counts once. */
function withPolicies(application: Plain, own: readonly Plain[]): Plain {
  const listed = listAt(application, "policies");
  const isSame = (policy: Plain, entry: unknown) => {
    const other = asPlain(entry);
    return other !== null && idOf(other) === idOf(policy) && sameContent("policies", other, policy);
  };
  const added = own.filter((policy) => !listed.some((entry) => isSame(policy, entry)));
  const kept = listed.filter((entry) => !added.some((policy) => isLinkTo(entry, idOf(policy))));
  return { ...application, policies: [...kept, ...added] };
}

function isLinkTo(entry: unknown, id: string): boolean {
  if (typeof entry === "string") return entry === id;
  const link = asPlain(entry);
  return (
    link !== null &&
    textAt(link, "id") === id &&
    Object.keys(link).every((key) => key === "id" || key === "precedence")
  );
}
