import { KindGuard, type TSchema } from "@sinclair/typebox";
import { POSTURE_INPUTS } from "../policies/schema-posture-input.ts";
import { asPlain, isEmpty, mapEntries, type Plain } from "./plain.ts";

export interface RespelledInput {
  readonly input: Plain;
  /** Why the input cannot be understood. */
  readonly problems: readonly string[];
}

/**
 * The input of a posture rule in the spelling of the API, which mixes `checkDisks` with `operating_system`.
 * `isBlock`: version 4 of Terraform's provider wrote it; there, all keys of all types are always given.
 */
export function respellPostureInput(type: string, written: Plain, isBlock: boolean): RespelledInput {
  const known = keysOf(type);
  if (known === null) return { input: written, problems: [] };
  const named = mapEntries(written, (key, value) => [nameIn(known, written, key), value]);
  const unwrapped = mapEntries(named, (key, value) => [key, key === "locations" ? firstOf(value) : value]);
  const isNothing = (key: string, value: unknown) =>
    isEmpty(value) || (isBlock && !known.has(key) && (value === false || value === 0));
  const input = mapEntries(unwrapped, (key, value) => (isNothing(key, value) ? null : [key, value]));
  const unclear = isBlock
    ? Object.keys(input).filter((key) => isUnclear(known.get(key), key, input[key]))
    : [];
  return { input, problems: unclear.map((key) => `input.${key}: ${UNCLEAR}`) };
}

const UNCLEAR = "Terraform (version 4) writes the same where it is not set; export the rule from the API";

/** False and zero may mean themselves, or that nothing was said. */
function isUnclear(schema: TSchema | undefined, key: string, value: unknown): boolean {
  if (value !== false && value !== 0) return false;
  // Not to demand all disks is what is meant without it, too.
  return schema !== undefined && KindGuard.IsOptional(schema) && key !== "requireAll";
}

/** The keys of a type's input; null where there is no such type. */
function keysOf(type: string): ReadonlyMap<string, TSchema> | null {
  const schema = Object.entries(POSTURE_INPUTS).find(([name]) => name === type)?.[1];
  if (schema === undefined || KindGuard.IsUnion(schema)) return null;
  return new Map(Object.entries(schema.properties));
}

/** The key that differs from this one in case and underscores alone; itself where there is none, or both are given. */
function nameIn(known: ReadonlyMap<string, TSchema>, written: Plain, key: string): string {
  const same = [...known.keys()].find((other) => fold(other) === fold(key));
  return same === undefined || Object.hasOwn(written, same) ? key : same;
}

function fold(key: string): string {
  return key.replaceAll("_", "").toLowerCase();
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) && value.length <= 1 ? (value[0] ?? {}) : value;
}

/** The one object in a block of Terraform's (version 4), which is a list; null for anything else. */
export function unwrapBlock(value: unknown): Plain | null {
  return Array.isArray(value) && value.length <= 1 ? asPlain(value[0] ?? {}) : null;
}
