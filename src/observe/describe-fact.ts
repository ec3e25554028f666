import type { FactName } from "../core/attribute.ts";
import type { Fact, Known } from "../core/fact.ts";
import type { UnknownReason } from "../core/reason.ts";
import { type Plain, type PlainValue, toPlain } from "./plain-value.ts";

/** A fact as logs and `--json` tell it. */
export interface FactDescription {
  readonly name: FactName;
  readonly source: string;
  readonly state: Fact<unknown>["state"];
  readonly why?: UnknownReason;
  readonly age_ms?: number;
  /** False where only a part of the set was learnt. */
  readonly complete?: false;
  readonly value?: Plain;
  /** Whether the value is longer than what is shown. */
  readonly truncated?: true;
  /** Whether the value is a keyed hash of the true one. */
  readonly redacted?: true;
}

/** How a known value is told: all of it, its hash, or nothing. */
export type DescribeValue = (
  name: FactName,
  fact: Known<unknown>,
) => Pick<FactDescription, "value" | "truncated" | "redacted">;

/** Describes a fact as it counted at `now`. */
export function describeFact(
  name: FactName,
  fact: Fact<unknown>,
  now: number,
  describeValue: DescribeValue = showValue,
): FactDescription {
  const { state, source } = fact;
  if (fact.state === "unknown") return { name, source, state, why: fact.why };
  const described = { name, source, state, age_ms: now - fact.learntAt };
  if (fact.state === "absent") return described;
  const partial = fact.complete ? {} : ({ complete: false } as const);
  return { ...described, ...partial, ...describeValue(name, fact) };
}

export const showValue: DescribeValue = (_name, fact) => {
  const { value, whole } = toPlainOnce(fact.value);
  return whole ? { value } : { value, truncated: true };
};

const made = new WeakMap<object, PlainValue>();

/** A session's values are described with each of its decisions. */
function toPlainOnce(value: unknown): PlainValue {
  if (typeof value !== "object" || value === null) return toPlain(value);
  const before = made.get(value);
  if (before !== undefined) return before;
  const plain = toPlain(value);
  made.set(value, plain);
  return plain;
}
