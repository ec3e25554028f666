import { type TSchema, TypeGuard } from "@sinclair/typebox";
import { PATH } from "../plugin.ts";

/** The value with every text that its schema marks as a path handed through `resolve`. */
export function resolvePaths(schema: TSchema, value: unknown, resolve: (path: string) => string): unknown {
  if (schema[PATH] === true) return typeof value === "string" ? resolve(value) : value;
  if (TypeGuard.IsArray(schema) && Array.isArray(value)) {
    return value.map((entry) => resolvePaths(schema.items, entry, resolve));
  }
  if (!TypeGuard.IsObject(schema) || typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => {
    const property = schema.properties[key];
    return [key, property === undefined ? entry : resolvePaths(property, entry, resolve)] as const;
  });
  return Object.fromEntries(entries);
}
