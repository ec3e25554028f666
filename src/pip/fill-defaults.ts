import type { TObject } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** What was given, and the schema's own defaults for what was not. */
export function fillDefaults(schema: TObject, value: unknown): unknown {
  return Value.Default(schema, structuredClone(value));
}
