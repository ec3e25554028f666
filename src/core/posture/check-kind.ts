import type { List, PostureCheck } from "../model.ts";
import type { CompiledCheck } from "./compiled-check.ts";

export type PostureType = PostureCheck["type"];

/** The input of a type of check. */
export type CheckOf<T extends PostureType, C = PostureCheck> = C extends { readonly type: infer U }
  ? T extends U
    ? C & { readonly type: T }
    : never
  : never;

/** The lists that checks refer to, by id. */
export type Lists = ReadonlyMap<string, List>;

/** A type of check: how our own facts are judged, and what it asks for in a few words. */
export interface CheckKind<T extends PostureType> {
  compile(check: CheckOf<T>, lists: Lists): CompiledCheck;
  describe(check: CheckOf<T>): string;
}
