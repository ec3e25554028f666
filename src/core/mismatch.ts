import { KindGuard, type TSchema } from "@sinclair/typebox";
import { type ValueError, ValueErrorType } from "@sinclair/typebox/errors";
import { Value } from "@sinclair/typebox/value";

/** Where a value first departs from a schema, and what was expected there: `on_call: expected a boolean`. Never the value. */
export function explainMismatch(schema: TSchema, value: unknown): string {
  const error = Value.Errors(schema, value).First();
  if (error === undefined) return "not as expected";
  const path = error.path.slice(1).replaceAll("/", ".");
  return path === "" ? explain(error) : `${path}: ${explain(error)}`;
}

function explain({ type, schema, message }: ValueError): string {
  if (type === ValueErrorType.ObjectRequiredProperty) return "is missing";
  if (type === ValueErrorType.ObjectAdditionalProperties) return "is an unknown key";
  if (type === ValueErrorType.StringMinLength && schema.minLength === 1) return "is empty";
  const choices = KindGuard.IsUnion(schema) ? schema.anyOf.filter((each) => KindGuard.IsLiteral(each)) : [];
  if (choices.length > 0 && choices.length === schema.anyOf.length)
    return `expected one of ${choices.map((choice) => JSON.stringify(choice.const)).join(", ")}`;
  if (schema.title !== undefined) return `expected ${schema.title}`;
  return message
    .replace(/^Expected ([aeiou])?(?=\w+$)/, (_, vowel = "") =>
      vowel === "" ? "expected a " : `expected an ${vowel}`,
    )
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase());
}
