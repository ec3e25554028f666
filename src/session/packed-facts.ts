import { type Static, Type } from "@sinclair/typebox";
import type { Facts } from "../core/fact.ts";
import { decodeFacts, encodeFacts } from "../core/fact-json.ts";

/** Facts as sessions keep them: each says of itself only what differs from `common`, and its value. */
export const PackedFacts = Type.Object({
  common: Type.Record(Type.String(), Type.Unknown()),
  facts: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
});
export type PackedFacts = Static<typeof PackedFacts>;

/** Writes facts; most of a login are of one source and one moment, which is then said once. */
export function packFacts(facts: Facts): PackedFacts {
  const whole = encodeFacts(facts);
  const { value: _, ...first } = Object.values(whole).find(({ state }) => state === "known") ?? {};
  const common = new Map<string, unknown>(Object.entries(first));
  const packed = Object.entries(whole).map(([name, fact]) => {
    const own = Object.entries(fact).filter(([key, said]) => !common.has(key) || common.get(key) !== said);
    return [name, Object.fromEntries(own)] as const;
  });
  return { common: Object.fromEntries(common), facts: Object.fromEntries(packed) };
}

/** Reads what `packFacts` wrote; what does not make sense is unknown. */
export function unpackFacts({ common, facts }: PackedFacts): Facts {
  const whole = Object.entries(facts).map(([name, own]) => [name, { ...common, ...own }] as const);
  return decodeFacts(Object.fromEntries(whole));
}
