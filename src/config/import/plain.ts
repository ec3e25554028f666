import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

/** An object of an export: keys, and values of any shape. */
export type Plain = Readonly<Record<string, unknown>>;

const PLAIN = TypeCompiler.Compile(Type.Record(Type.String(), Type.Unknown()));

/** The value where it is an object; null otherwise. */
export function asPlain(value: unknown): Plain | null {
  return PLAIN.Check(value) ? value : null;
}

/** The text under a key; empty where there is none. */
export function textAt(object: Plain, key: string): string {
  const value = object[key];
  return typeof value === "string" ? value : "";
}

/** The list under a key; empty where there is none. */
export function listAt(object: Plain, key: string): readonly unknown[] {
  const value = object[key];
  return Array.isArray(value) ? value : [];
}

/** Whether a value says nothing: `null`, `""`, `[]`, `{}`. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** The value without the keys, at any depth, that hold null: Terraform writes down all that is not set. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  const object = asPlain(value);
  return object === null
    ? value
    : mapEntries(object, (key, part) => (part === null ? null : [key, withoutNulls(part)]));
}

/** The object with its entries changed, or left out. */
export function mapEntries(
  object: Plain,
  change: (key: string, value: unknown) => readonly [string, unknown] | null,
): Plain {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => {
      const entry = change(key, value);
      return entry === null ? [] : [entry];
    }),
  );
}
