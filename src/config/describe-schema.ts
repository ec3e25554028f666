import { KindGuard, type TSchema } from "@sinclair/typebox";

const MAPPING = "a mapping (key: value)";
/** More keys would be a listing. */
const MAX_NAMED_KEYS = 2;

/** What a schema asks for, in the words of a message: `text`, `a list`, `one of "a", "b"`. */
export function describeSchema(schema: TSchema): string {
  if (schema.title !== undefined) return schema.title;
  if (KindGuard.IsLiteral(schema)) return showScalar(schema.const);
  if (KindGuard.IsUnion(schema)) return describeUnion(schema.anyOf);
  if (KindGuard.IsString(schema)) return "text";
  if (KindGuard.IsBoolean(schema)) return "true or false";
  if (KindGuard.IsInteger(schema)) return "a whole number";
  if (KindGuard.IsNumber(schema)) return "a number";
  if (KindGuard.IsArray(schema)) return "a list";
  if (KindGuard.IsNull(schema)) return "nothing";
  return describeMapping(schema);
}

/** By its keys, where they are few and all of them must be there: `a mapping (email: …)`. */
function describeMapping({ properties = {}, required = [] }: TSchema): string {
  const keys = Object.keys(properties);
  if (keys.length === 0 || keys.length > MAX_NAMED_KEYS || keys.length > required.length) return MAPPING;
  return `a mapping (${keys.map((key) => `${key}: …`).join(", ")})`;
}

function describeUnion(branches: readonly TSchema[]): string {
  const descriptions = [...new Set(branches.map(describeSchema))];
  if (branches.every((branch) => KindGuard.IsLiteral(branch))) return `one of ${descriptions.join(", ")}`;
  if (branches.every((branch) => KindGuard.IsObject(branch))) return MAPPING;
  return descriptions.join(" or ");
}

/** What was found, by its type; numbers and booleans are shown where `shown`, text never. */
export function describeValue(value: unknown, shown: boolean): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return shown ? `the number ${value}` : "a number";
  if (typeof value === "boolean") return shown ? String(value) : "true or false";
  return "a mapping";
}

/** A short scalar as it is shown in a message. */
export function showScalar(value: string | number | boolean): string {
  return JSON.stringify(value);
}
