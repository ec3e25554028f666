import { type TObject, type TSchema, TypeGuard } from "@sinclair/typebox";

/** The schema with every object in it closed to unknown keys, but for those that say otherwise. */
export function closeObject(schema: TObject): TObject {
  const properties = Object.entries(schema.properties).map(([key, value]) => [key, close(value)] as const);
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    additionalProperties: schema.additionalProperties ?? false,
  };
}

function close(schema: TSchema): TSchema {
  if (TypeGuard.IsObject(schema)) return closeObject(schema);
  if (TypeGuard.IsArray(schema)) return { ...schema, items: close(schema.items) };
  if (TypeGuard.IsUnion(schema)) return { ...schema, anyOf: schema.anyOf.map(close) };
  return schema;
}
