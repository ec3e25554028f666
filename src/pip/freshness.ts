import { type FactName, phaseOf } from "../core/attribute.ts";
import { current, type Facts } from "../core/fact.ts";

/** How old and how durable the facts behind a decision are. */
export interface Freshness {
  /** Age of the oldest fact that is watched, in milliseconds; 0 where none is. */
  readonly ageMs: number;
  /** The first moment at which one of them no longer counts; `Infinity` for never. */
  readonly expiresAt: number;
}

/** The freshness of the facts named `used`, at `now`; what is unknown has neither age nor end. */
export function measureFreshness(facts: Facts, used: readonly FactName[], now: number): Freshness {
  let ageMs = 0;
  let expiresAt = Number.POSITIVE_INFINITY;
  for (const name of used) {
    const fact = current<unknown>(facts[name], now);
    if (fact.state === "unknown") continue;
    expiresAt = Math.min(expiresAt, fact.expiresAt);
    // A fact learnt by a clock that is a little ahead is new, not younger than that.
    if (phaseOf(name) === "continuous") ageMs = Math.max(ageMs, now - fact.learntAt);
  }
  return { ageMs, expiresAt };
}
