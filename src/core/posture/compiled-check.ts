import type { FactName, FactValue } from "../attribute.ts";
import { current, type Fact, type Facts, type Known, unknown } from "../fact.ts";
import type { UnknownReason } from "../reason.ts";
import type { TurnsAt } from "../turn.ts";
import { type Judgement, MATCH, NO_MATCH, undecided } from "../verdict.ts";

/** A posture check, ready to be judged by the facts it names. */
export interface CompiledCheck {
  readonly facts: readonly FactName[];
  /** Pure. Facts that were learnt `maxAgeMs` ago or earlier do not count. */
  judge(facts: Facts, now: number, maxAgeMs: number): Judgement;
  /** When what it says of these facts may turn though none of them changes or runs out; null for never. */
  readonly turnsAt: TurnsAt | null;
}

/** For what the source does not say of a device that it knows. */
export const MISSING = undecided("missing");
/** For a value that makes no sense. */
export const MALFORMED = undecided("malformed");
/** For a part of a set, in which something was not found. */
export const INCOMPLETE = undecided("incomplete");

const EXPIRED = unknown("expired");

/** The fact as it counts at `now`, where one of `maxAgeMs` or older does not. */
export function currentWithin<T>(fact: Fact<T> | undefined, now: number, maxAgeMs: number): Fact<T> {
  const counting = current(fact, now);
  // Written so that a NaN time falls on the side of unknown.
  if (counting.state !== "unknown" && !(now < counting.learntAt + maxAgeMs)) return EXPIRED;
  return counting;
}

/**
 * A check of one fact; `absent` is the judgement where its source says that there is none, `turnOf` the
 * first moment after `now` at which `judgeKnown` may say something else of the same value.
 */
export function onFact<N extends FactName>(
  name: N,
  absent: Judgement,
  judgeKnown: (fact: Known<FactValue<N>>, now: number) => Judgement,
  turnOf: ((fact: Known<FactValue<N>>, now: number) => number) | null = null,
): CompiledCheck {
  return {
    facts: [name],
    judge(facts, now, maxAgeMs) {
      const fact: Fact<FactValue<N>> = currentWithin<FactValue<N>>(facts[name], now, maxAgeMs);
      if (fact.state === "known") return judgeKnown(fact, now);
      return fact.state === "absent" ? absent : undecided(fact.why);
    },
    turnsAt:
      turnOf &&
      ((facts, now) => {
        const fact: Fact<FactValue<N>> = current<FactValue<N>>(facts[name], now);
        return fact.state === "known" ? turnOf(fact, now) : Number.POSITIVE_INFINITY;
      }),
  };
}

/** A check that can never be decided, because of `why`. */
export function undecidable(why: UnknownReason): CompiledCheck {
  const judgement = undecided(why);
  return { facts: [], judge: () => judgement, turnsAt: null };
}

export function decided(holds: boolean): Judgement {
  return holds ? MATCH : NO_MATCH;
}

/** Kleene's "and". */
export function both(a: Judgement, b: Judgement): Judgement {
  if (a === NO_MATCH || b === NO_MATCH) return NO_MATCH;
  return a === MATCH ? b : a;
}

/** Kleene's "or". */
export function either(a: Judgement, b: Judgement): Judgement {
  if (a === MATCH || b === MATCH) return MATCH;
  return a === NO_MATCH ? b : a;
}
