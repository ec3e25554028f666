import { compilePath } from "./path.ts";
import type { HttpSource, ScalarSource } from "./source-schema.ts";
import type { Step } from "./step.ts";

/** Says which template or mapping names something that is not there when it is read; null where none does. */
export function findNameFault(source: HttpSource, steps: readonly Step[]): string | null {
  const known = new Set(["config", "subject", "page"]);
  for (const { name, templates } of steps) {
    const strange = templates.flatMap(({ paths }) => paths).find((path) => !known.has(path.name));
    if (strange !== undefined) return `step ${name} names ${strange.name}, which is no earlier step`;
    if (known.has(name)) return `two steps are called ${name}`;
    known.add(name);
  }
  const lists = new Set(source.steps.filter(({ take }) => take === "all").map(({ name }) => name));
  for (const value of valuesOf(source)) {
    const { lists: wantedLists, records } = namesIn(value);
    const noList = wantedLists.find((name) => !lists.has(name));
    if (noList !== undefined) return `a mapping goes over ${noList}, which is no step that takes all`;
    const noRecord = records.find((name) => lists.has(name) || !known.has(name));
    if (noRecord !== undefined) return `a mapping reads ${noRecord}, which is no step that takes one record`;
  }
  return null;
}

type Value = NonNullable<NonNullable<HttpSource["attributes"]>[keyof NonNullable<HttpSource["attributes"]>]>;

function valuesOf(source: HttpSource): readonly Value[] {
  const own = Object.values(source.own ?? {}).map(({ value }) => value);
  return [...Object.values(source.attributes ?? {}), ...own];
}

function namesIn(value: Value): { readonly lists: readonly string[]; readonly records: readonly string[] } {
  if (typeof value === "string" || "path" in value || "all" in value) {
    return { lists: [], records: namesInScalar(value) };
  }
  if ("record" in value) return { lists: [], records: Object.values(value.record).flatMap(namesInScalar) };
  if ("fields" in value) return { lists: [], records: Object.values(value.fields).flatMap(namesInScalar) };
  const records = "also_names" in value ? (value.also_names ?? []).flatMap(namesInScalar) : [];
  return { lists: [value.each], records };
}

function namesInScalar(scalar: ScalarSource): readonly string[] {
  if (typeof scalar === "string") return [compilePath(scalar).name];
  return "all" in scalar ? scalar.all.flatMap(namesInScalar) : [compilePath(scalar.path).name];
}
