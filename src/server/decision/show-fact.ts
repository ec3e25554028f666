import type { FactName, FactValue } from "../../core/attribute.ts";
import { codecOf } from "../../core/attribute-codec.ts";
import type { Fact, Facts } from "../../core/fact.ts";

const shown = new WeakMap<object, string>();

/** A fact as a part of a cache key: its state and its value. Equal values have equal texts. */
export function showFact<N extends FactName>(name: N, facts: Facts): string {
  const fact: Fact<FactValue<N>> | undefined = facts[name];
  if (fact?.state !== "known") return `: ${fact?.state}`;
  const { value } = fact;
  if (typeof value !== "object") return `= ${JSON.stringify(value)}`;
  const before = shown.get(value);
  if (before !== undefined) return before;
  const text = `= ${JSON.stringify(codecOf(name).encode(value))}`;
  shown.set(value, text);
  return text;
}
