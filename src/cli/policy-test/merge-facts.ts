import { valueAt } from "../../config/path.ts";
import { type FactsForm, PERSON_FIELDS } from "./facts-schema.ts";
import { pathOfField } from "./unknown-fields.ts";

/**
 * Facts with others laid over them: mappings are joined, anything else is replaced.
 * `nobody: true` above takes the person below away; a person above takes `nobody` away. What is unknown above
 * is forgotten below, and what is given above is unknown no longer.
 */
export function mergeFacts(below: FactsForm, above: FactsForm): FactsForm {
  const { unknown: unknownBelow = [], ...under } = reconcilePerson(below, above);
  const { unknown: unknownAbove = [], ...over } = above;
  const remaining = unknownBelow.filter((name) => valueAt(over, pathOfField(name)) === undefined);
  const unknown = [...new Set([...remaining, ...unknownAbove])];
  const joined = merge(unknownAbove.reduce(forget, under), over);
  return unknown.length === 0 ? joined : { ...joined, unknown };
}

/** The fields of a person that a form speaks of, as known or as unknown. */
export function personFieldsIn(form: FactsForm): readonly string[] {
  return [...Object.keys(form), ...(form.unknown ?? [])].filter((name) => PERSON_FIELDS.includes(name));
}

function reconcilePerson(below: FactsForm, above: FactsForm): FactsForm {
  if (above.nobody) {
    const { unknown = [], ...fields } = below;
    const isPerson = (name: string) => PERSON_FIELDS.includes(name);
    const others = Object.entries(fields).filter(([name]) => !isPerson(name));
    return { ...Object.fromEntries(others), unknown: unknown.filter((name) => !isPerson(name)) };
  }
  const { nobody: _, ...somebody } = below;
  return personFieldsIn(above).length > 0 ? somebody : below;
}

function forget(form: FactsForm, name: string): FactsForm {
  const [field = "", key] = pathOfField(name);
  const kept = Object.entries(form).flatMap(([each, value]): (readonly [string, unknown])[] => {
    if (each !== field) return [[each, value]];
    if (key === undefined || !isMapping(value)) return [];
    return [[each, Object.fromEntries(Object.entries(value).filter(([inner]) => inner !== key))]];
  });
  return Object.fromEntries(kept);
}

function merge<T extends object>(below: T, above: T): T {
  const joined: Record<string, unknown> = {};
  const under = new Map(Object.entries(below));
  for (const [name, over] of Object.entries(above)) {
    const beneath = under.get(name);
    if (isMapping(beneath) && isMapping(over)) joined[name] = merge(beneath, over);
  }
  return { ...below, ...above, ...joined };
}

function isMapping(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
