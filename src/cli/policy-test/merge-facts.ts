import { type FactsForm, PERSON_FIELDS } from "./facts-schema.ts";

/**
 * Facts with others laid over them: mappings are joined, anything else is replaced.
 * `nobody: true` above takes the person below away; a person above takes `nobody` away.
 */
export function mergeFacts(below: FactsForm, above: FactsForm): FactsForm {
  const isPerson = ([name]: readonly [string, unknown]) => PERSON_FIELDS.includes(name);
  const entries = Object.entries(below);
  if (above.nobody) return merge(Object.fromEntries(entries.filter((entry) => !isPerson(entry))), above);
  const { nobody: _, ...somebody } = below;
  return merge(Object.entries(above).some(isPerson) ? somebody : below, above);
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
