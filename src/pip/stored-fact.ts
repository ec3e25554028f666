import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { FactName, FactValue } from "../core/attribute.ts";
import { current, type Fact } from "../core/fact.ts";
import { decodeFact, encodeFact } from "../core/fact-json.ts";
import type { UnknownReason } from "../core/reason.ts";
import type { Key } from "../store/store.ts";
import { parseJson } from "./parse-json.ts";
import { ROOTS, type Root, type Subject } from "./subject.ts";

/** A fact on its way into the store. */
export interface StoreEntry {
  readonly key: Key;
  readonly value: string;
  /** Whole milliseconds since the epoch. */
  readonly expiresAt: number;
}

const Stored = TypeCompiler.Compile(
  Type.Object(
    { key: Type.Array(Type.String()), fact: Type.Object({ state: Type.String() }) },
    { additionalProperties: false },
  ),
);

/** The most that a store takes in one value. */
const MAX_VALUE_BYTES = 1_048_576;
/** Unknowns that are themselves an answer: asked again at once, the source would say the same. */
const ANSWERED: ReadonlySet<UnknownReason> = new Set([
  "missing",
  "malformed",
  "incomplete",
  "from_the_future",
  "too_large",
]);
const ANSWERED_FOR_MS = 10_000;

/**
 * Where a fact that `provider` learnt is kept: under all that the provider starts from, so that what is
 * known of one subject is never found for another, and under the `lineage` of its configuration, so that what
 * was learnt under one is not found under another. Null where the subject lacks a part of that.
 */
export function factKey(
  subject: Subject,
  roots: readonly Root[],
  provider: string,
  lineage: string,
  name: FactName,
): Key | null {
  const parts: string[] = [];
  for (const root of ROOTS) {
    if (!roots.includes(root)) continue;
    const id = subject[root];
    if (id === null) return null;
    parts.push(`${root}:${id}`);
  }
  // The subject comes second: what is known of one subject shares a shard, and subjects spread over them.
  return ["fact", ...(parts.length === 0 ? ["everyone"] : parts), provider, lineage, name];
}

/**
 * The entry for a fact; `over` where it no longer counts, or says nothing but that the source failed;
 * `too_large` where no store would take it.
 */
export function encodeEntry<N extends FactName>(
  key: Key,
  name: N,
  fact: Fact<FactValue<N>>,
  now: number,
): StoreEntry | "over" | "too_large" {
  const until =
    fact.state === "unknown" ? (ANSWERED.has(fact.why) ? now + ANSWERED_FOR_MS : 0) : fact.expiresAt;
  const expiresAt = Math.floor(until);
  if (!Number.isSafeInteger(expiresAt) || expiresAt <= now) return "over";
  const value = JSON.stringify({ key, fact: encodeFact(name, fact) });
  return Buffer.byteLength(value) > MAX_VALUE_BYTES ? "too_large" : { key, value, expiresAt };
}

/**
 * The fact that was stored under `key`, where it still counts; undefined where the provider must be
 * asked. A value that was written for another key is none.
 */
export function decodeEntry<N extends FactName>(
  key: Key,
  name: N,
  text: string | null | undefined,
  now: number,
): Fact<FactValue<N>> | undefined {
  const stored: unknown = text == null ? null : parseJson(text);
  if (!Stored.Check(stored) || !isSameKey(stored.key, key)) return undefined;
  const fact = decodeFact(name, stored.fact);
  if (stored.fact.state === "unknown") return fact;
  return current(fact, now).state === "unknown" ? undefined : fact;
}

/** Whether what was stored before says something else than what is stored now, whenever each was learnt. */
export function isOther(before: string | null, after: string): boolean {
  return before !== null && substanceOf(before) !== substanceOf(after);
}

function substanceOf(text: string): string | null {
  const stored: unknown = parseJson(text);
  if (!Stored.Check(stored)) return null;
  return JSON.stringify({ ...stored.fact, source: null, learntAt: null, expiresAt: null });
}

function isSameKey(stored: readonly string[], key: Key): boolean {
  return stored.length === key.length && stored.every((part, index) => part === key[index]);
}
