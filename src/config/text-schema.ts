import { Kind, type TSchema, Type, TypeRegistry } from "@sinclair/typebox";

/**
 * Thrown where what a person wrote is refused, by code that does not know its place; becomes a fault.
 * The message says how to mend it and never repeats the text.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** What a text stands for; null where it is something else than it should be. May throw a `Refusal`. */
export type Parse<T> = (text: string) => T | null;

/** Text that means something: `title` names it (`a duration such as "60s"`), `parse` knows what it means. */
export interface TText<T> extends TSchema {
  [Kind]: "Text";
  static: string;
  type: "string";
  title: string;
  parse: Parse<T>;
}

/** Options of JSON Schema beside the title. What is `writeOnly` is never shown. */
export interface TextOptions {
  readonly description?: string;
  readonly default?: string;
  readonly examples?: readonly string[];
  readonly writeOnly?: true;
}

TypeRegistry.Set<TText<unknown>>("Text", (schema, value) => {
  return typeof value === "string" && refusalOf(schema, value) === null;
});

/** A schema for text that `parse` understands; in JSON Schema it is a string. */
export function textSchema<T>(title: string, parse: Parse<T>, options: TextOptions = {}): TText<T> {
  return { ...Type.Unsafe<string>(options), [Kind]: "Text", type: "string", title, parse };
}

export function isTextSchema(schema: TSchema): schema is TText<unknown> {
  return schema[Kind] === "Text";
}

/** Why the text does not fit; null where it does. */
export function refusalOf({ parse, title }: TText<unknown>, text: string): string | null {
  try {
    return parse(text) === null ? `expected ${title}` : null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/** What a text that has passed its schema stands for. */
export function readText<T>({ parse, title }: TText<T>, text: string): T {
  const value = parse(text);
  if (value === null) throw new Refusal(`expected ${title}`);
  return value;
}
