import type { FactName, FactValue } from "../core/attribute.ts";
import { codecOf } from "../core/attribute-codec.ts";
import {
  absent,
  type Fact,
  type Known,
  known,
  type Provenance,
  type Unknown,
  unknown,
} from "../core/fact.ts";
import { canonicalText, combineLists, type Lists, readLists } from "./json-lists.ts";

/**
 * How several providers of one attribute make one fact:
 * - `any`: what one of them says: unions, "or"
 * - `all`: what every one of them says: intersections, "and"
 * - `first`: the first of them, in order of configuration, that could tell
 *
 * Values that are neither collections nor booleans must agree: under `any` those that could tell, under
 * `all` every one.
 */
export type Merge = "any" | "all" | "first";

/** Facts of several providers, sorted by what they say. */
interface Parts<T> {
  readonly known: readonly Known<T>[];
  readonly someAbsent: boolean;
  readonly unknown: Unknown | null;
  readonly from: Provenance;
}

/** Merges what several providers say at one moment, at which every fact counts. */
export function mergeFacts<N extends FactName>(
  name: N,
  merge: Merge,
  facts: readonly Fact<FactValue<N>>[],
): Fact<FactValue<N>> {
  const [first, second] = facts;
  if (first === undefined) return unknown("not_provided");
  if (second === undefined) return first;
  if (merge === "first") return facts.find(({ state }) => state !== "unknown") ?? first;
  const parts = sortParts(facts);
  const values = parts.known.map(({ value }) => codecOf(name).encode(value));
  const merged = mergeValues(merge, parts, values);
  if (merged.state !== "known") return merged;
  const value = codecOf(name).decode(merged.value);
  return value === null ? unknown("malformed", parts.from.source) : known(value, parts.from, merged.complete);
}

function mergeValues<T>(merge: "any" | "all", parts: Parts<T>, values: readonly unknown[]): Fact<unknown> {
  const lists = values.map(readLists).filter((each) => each !== null);
  if (values.length > 0 && lists.length === values.length) return mergeCollections(merge, parts, lists);
  if (values.length > 0 && values.every((value) => typeof value === "boolean")) {
    return mergeBooleans(merge, parts, values);
  }
  return mergeScalars(merge, parts, values);
}

/** A source that does not answer leaves a union incomplete, and an intersection without proof. */
function mergeCollections<T>(
  merge: "any" | "all",
  { known: facts, someAbsent, unknown: open, from }: Parts<T>,
  lists: readonly Lists[],
): Fact<unknown> {
  const complete = facts.every((fact) => fact.complete);
  if (merge === "any") return known(combineLists("any", lists), from, complete && open === null);
  if (someAbsent) return absent(from);
  return open ?? known(combineLists("all", lists), from, complete);
}

/** Kleene's "or" and "and": one value decides, whatever the others would say. */
function mergeBooleans<T>(
  merge: "any" | "all",
  { someAbsent, unknown: open, from }: Parts<T>,
  values: readonly unknown[],
): Fact<unknown> {
  const decisive = merge === "any";
  if (values.includes(decisive)) return known(decisive, from);
  if (open !== null) return open;
  return merge === "all" && someAbsent ? absent(from) : known(!decisive, from);
}

function mergeScalars<T>(
  merge: "any" | "all",
  { someAbsent, unknown: open, from }: Parts<T>,
  values: readonly unknown[],
): Fact<unknown> {
  if (open !== null && (merge === "all" || values.length === 0)) return open;
  if (values.length === 0) return absent(from);
  const agree = new Set(values.map(canonicalText)).size === 1;
  if (!agree || (merge === "all" && someAbsent)) return unknown("disagreement", from.source);
  return known(values[0], from);
}

/** The merged fact is as old as the oldest of its parts, and counts as long as all of them do. */
function sortParts<T>(facts: readonly Fact<T>[]): Parts<T> {
  const settled = facts.filter((fact) => fact.state !== "unknown");
  return {
    known: settled.filter((fact) => fact.state === "known"),
    someAbsent: settled.some((fact) => fact.state === "absent"),
    unknown: facts.find((fact) => fact.state === "unknown") ?? null,
    from: {
      source: settled.map(({ source }) => source).join("+"),
      learntAt: Math.min(...settled.map(({ learntAt }) => learntAt)),
      expiresAt: Math.min(...settled.map(({ expiresAt }) => expiresAt)),
    },
  };
}
