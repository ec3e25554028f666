import type { Clock } from "../clock.ts";
import type { FactName, FactValue } from "../core/attribute.ts";
import { codecOf } from "../core/attribute-codec.ts";
import { current, type Fact, type Facts, type FactsDraft, unknown } from "../core/fact.ts";
import { put } from "../core/fact-json.ts";
import type { UnknownReason } from "../core/reason.ts";
import type { NeedableName, PlainSubject } from "../plugin.ts";
import type { Landed } from "./flights.ts";
import { encodeEntry, factKey, type StoreEntry } from "./stored-fact.ts";
import { LACKING, type Root, type Subject } from "./subject.ts";

/** What a provider is asked with: its needs, as plugins write them; else why it cannot be asked. */
export type Introduction = { readonly subject: PlainSubject } | { readonly why: UnknownReason };

type Read = <N extends FactName>(name: N) => Fact<FactValue<N>> | undefined;

/** Introduces a subject by what `read` knows of it. One that lacks anything is not asked about. */
export function introduce(
  needs: readonly NeedableName[],
  roots: readonly Root[],
  subject: Subject,
  read: Read,
  now: number,
): Introduction {
  const lacking = roots.find((root) => subject[root] === null);
  if (lacking !== undefined) return { why: LACKING[lacking] };
  const attributes: Record<string, unknown> = {};
  for (const need of needs) {
    const why = introduceNeed(attributes, need, read, now);
    if (why !== null) return { why };
  }
  return { subject: attributes };
}

function introduceNeed<N extends NeedableName>(
  attributes: Record<string, unknown>,
  need: N,
  read: Read,
  now: number,
): UnknownReason | null {
  const fact = current(read(need), now);
  if (fact.state === "known" && fact.complete) attributes[need] = codecOf(need).encode(fact.value);
  else if (fact.state === "known") return "incomplete";
  else return fact.state === "unknown" ? fact.why : "missing";
  return null;
}

/** Makes entries for the store of what `provider` said; what no store would take is unknown. */
export function landFacts(
  said: Facts,
  names: readonly FactName[],
  subject: Subject,
  provider: { readonly name: string; readonly roots: readonly Root[]; readonly lineage: string },
  clock: Clock,
): Landed {
  const facts: FactsDraft = {};
  const entries: StoreEntry[] = [];
  const now = clock();
  for (const name of names) {
    const fact = said[name] ?? unknown("missing", provider.name);
    const key = factKey(subject, provider.roots, provider.name, provider.lineage, name);
    const entry = key === null ? "over" : encodeEntry(key, name, fact, now);
    if (typeof entry !== "string") entries.push(entry);
    put(facts, name, entry === "too_large" ? unknown("too_large", provider.name) : fact);
  }
  return { facts, entries };
}
