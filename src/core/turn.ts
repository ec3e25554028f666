import type { Facts } from "./fact.ts";

/**
 * The first moment after `now` at which a rule may judge otherwise by the very same facts, though none of
 * them has expired; `Infinity` for never. Milliseconds since the epoch. Pure, and allocates nothing.
 */
export type TurnsAt = (facts: Facts, now: number) => number;

/** The first turn of any of `turns`. */
export function firstTurn(turns: readonly TurnsAt[], facts: Facts, now: number): number {
  let first = Number.POSITIVE_INFINITY;
  for (const turnsAt of turns) first = Math.min(first, turnsAt(facts, now));
  return first;
}
