import { Kind, KindGuard, type TSchema } from "@sinclair/typebox";

/** What a schema may say of its values, by its kind. */
const OPTIONS: { readonly [kind: string]: readonly string[] } = {
  Boolean: [],
  Number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  Integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  String: ["minLength", "maxLength", "pattern"],
  Literal: ["const"],
  Union: ["anyOf"],
  Array: ["items", "minItems", "maxItems", "uniqueItems"],
};
const ANY_KIND: readonly string[] = ["type", "title", "description", "examples"];

/**
 * What keeps a schema from being that of an attribute of a plugin's own: text, numbers, booleans, alternatives
 * of these, or a list of texts. Null where nothing does.
 */
export function findOwnSchemaFault(schema: TSchema): string | null {
  const kind: unknown = schema[Kind];
  if (kind === "Date") return "a date is no value; tell a number, such as the days that are left";
  const options = typeof kind === "string" && Object.hasOwn(OPTIONS, kind) ? OPTIONS[kind] : undefined;
  if (options === undefined) return "must be text, a number, a boolean, one of several, or a list of texts";
  const odd = Object.keys(schema).find((option) => !options.includes(option) && !ANY_KIND.includes(option));
  if (odd !== undefined) return explainOption(odd, schema[odd], options);
  if (KindGuard.IsUnion(schema)) return firstFault(schema.anyOf);
  if (!KindGuard.IsArray(schema)) return null;
  return areTexts(schema.items) ? findOwnSchemaFault(schema.items) : "a list must be of texts";
}

function explainOption(option: string, value: unknown, known: readonly string[]): string {
  const used = known.length === 0 ? "leave it out" : `use ${known.join(", ")}`;
  if (option === "format") return `format ${JSON.stringify(value)} is not known; ${used}`;
  return `${option} means nothing here; ${used}`;
}

function firstFault(schemas: readonly TSchema[]): string | null {
  for (const schema of schemas) {
    const fault = findOwnSchemaFault(schema);
    if (fault !== null) return fault;
  }
  return null;
}

function areTexts(schema: TSchema): boolean {
  if (KindGuard.IsUnion(schema)) return schema.anyOf.every(areTexts);
  return KindGuard.IsString(schema) || (KindGuard.IsLiteral(schema) && typeof schema.const === "string");
}
