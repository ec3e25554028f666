import type { Decision } from "../../src/core/decision.ts";
import { type Case, decideCase, describeDifference, drawCases, type Evaluator } from "./case.ts";
import { type Dice, seededDice } from "./dice.ts";
import type { Nesting } from "./draw-policies.ts";
import { shrinkCase } from "./shrink-case.ts";

/** Requests drawn for each application of a policy set. */
const REQUESTS = 16;

export interface Search {
  readonly seed: number;
  /** Cases to put to both; as many more as the last policy set has. */
  readonly count: number;
  /** What is wrong with a pair of decisions, or null. */
  readonly compare: (left: Decision, right: Decision) => string | null;
  readonly nesting: Nesting;
  readonly onCase?: (drawn: Case, decision: Decision) => void;
}

export interface Disagreement {
  /** The smallest case on which the two still differ. */
  readonly smallest: Case;
  readonly difference: string;
  /** Cases before it. */
  readonly agreed: number;
}

/** The search in which two evaluators have to come to the same decisions, on what a loader lets through. */
export function sameDecisions(seed: number, count: number): Search {
  return { seed, count, compare: describeDifference, nesting: "straight" };
}

/** Puts drawn cases to both evaluators: the first on which they differ, made small, or null. */
export function findDisagreement(left: Evaluator, right: Evaluator, search: Search): Disagreement | null {
  const dice: Dice = seededDice(search.seed);
  let agreed = 0;
  while (agreed < search.count) {
    const { set, cases } = drawCases(dice, REQUESTS, search.nesting);
    const [decideLeft, decideRight] = [left(set), right(set)];
    for (const each of cases) {
      const { application, facts, now } = each;
      const decision = decideLeft(application, facts, now);
      if (search.compare(decision, decideRight(application, facts, now)) !== null)
        return { ...explainDisagreement(left, right, search, each), agreed };
      agreed += 1;
      search.onCase?.(each, decision);
    }
  }
  return null;
}

function explainDisagreement(left: Evaluator, right: Evaluator, { compare }: Search, found: Case) {
  const differ = (each: Case) => compare(decideCase(left, each), decideCase(right, each));
  const smallest = shrinkCase(found, (each) => differ(each) !== null);
  return { smallest, difference: differ(smallest) ?? "" };
}
