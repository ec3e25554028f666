import type { Decision } from "../../src/core/decision.ts";
import type { Facts } from "../../src/core/fact.ts";
import type { Application, Policy, PolicySet } from "../../src/core/model.ts";
import { type Dice, pick } from "./dice.ts";
import { drawFacts, NOW } from "./draw-facts.ts";
import { drawPolicySet, type Nesting } from "./draw-policies.ts";

/** One request to one application of a policy set. */
export interface Case {
  readonly set: PolicySet;
  readonly application: Application;
  readonly facts: Facts;
  readonly now: number;
}

/** Whatever decides requests to the applications of a policy set: the engine, the naive evaluator, a broken one. */
export type Evaluator = (set: PolicySet) => (application: Application, facts: Facts, now: number) => Decision;

export function decideCase(evaluator: Evaluator, { set, application, facts, now }: Case): Decision {
  return evaluator(set)(application, facts, now);
}

/** A request to an application with a policy set of its own. */
export function drawCase(dice: Dice): Case {
  const facts = drawFacts(dice);
  const set = drawPolicySet(dice, ["wiki"], "straight");
  return { set, application: pick(dice, set.applications), facts, now: NOW };
}

/** So many requests to each of three applications of one policy set. */
export function drawCases(dice: Dice, requests: number, nesting: Nesting): { set: PolicySet; cases: Case[] } {
  const set = drawPolicySet(dice, ["wiki", "shop", "code"], nesting);
  const cases = Array.from({ length: requests }, () => drawFacts(dice)).flatMap((facts) =>
    set.applications.map((application) => ({ set, application, facts, now: NOW })),
  );
  return { set, cases };
}

/** The case with other policies in its application. */
export function withPolicies({ set, application, ...request }: Case, policies: readonly Policy[]): Case {
  const changed = { ...application, policies };
  return { ...request, set: { ...set, applications: [changed] }, application: changed };
}

/** The facts without one of them. */
export function forget(facts: Facts, name: string): Facts {
  const fewer = { ...facts };
  Reflect.deleteProperty(fewer, name);
  return fewer;
}

/** What two decisions differ in, or null where they are the same. */
export function describeDifference(left: Decision, right: Decision): string | null {
  const [one, other] = [describeDecision(left), describeDecision(right)];
  return one === other ? null : `${one}  ≠  ${other}`;
}

export function describeDecision({ outcome, reason, policy, effect, cause }: Decision): string {
  return `${outcome}: ${reason}, policy ${policy?.id ?? "none"}, effect ${effect ?? "none"}, cause ${cause}`;
}
