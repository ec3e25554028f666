import { type ObjectOptions, type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { describeSchema } from "../describe-schema.ts";

/** An object that holds nothing but `properties`: an unknown key is a fault. */
export function strict<P extends TProperties>(properties: P, options: ObjectOptions = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

/** A key that may be missing or, as exports have it, empty: null or "". */
export function optional<T extends TSchema>(schema: T) {
  const title = describeSchema(schema);
  return Type.Optional(Type.Union([schema, Type.Null(), Type.Literal("")], { title }));
}

/** One of a closed list of words. */
export function oneOf<const W extends readonly string[]>(words: W) {
  return Type.Union(words.map((word: W[number]) => Type.Literal(word)));
}

/** Whether an optional key holds anything. */
function isGiven<T>(value: T): value is Exclude<NonNullable<T>, ""> {
  return value !== undefined && value !== null && value !== "";
}

/** The value of an optional key; null where it is missing or empty. */
export function given<T>(value: T): Exclude<NonNullable<T>, ""> | null {
  return isGiven(value) ? value : null;
}

export const Text = Type.String({ minLength: 1 });

/** A key that decides nothing here and is taken in any shape: set by the server, or for display. */
export const Ignored = Type.Optional(Type.Unknown());

/** Keys that Cloudflare's server sets on every object. */
export const SERVER_SET = { created_at: Ignored, updated_at: Ignored } as const;

/** Lint rules whose findings the author accepts, each with the reason. */
export const Acknowledge = optional(
  Type.Record(Type.String(), Type.String({ minLength: 1, title: "the reason, as text" }), {
    title: 'lint rules and reasons, such as { anyone-can-enter: "public status page" }',
  }),
);

export const Platform = oneOf(["windows", "mac", "linux", "android", "ios", "chromeos"]);

export const Operator = oneOf(["<", "<=", "==", ">=", ">"]);
