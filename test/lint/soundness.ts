import { compilePolicySet } from "../../src/core/compile.ts";
import { explain } from "../../src/core/explain.ts";
import type { ReportedFinding } from "../../src/core/lint/finding.ts";
import { lintPolicies } from "../../src/core/lint/lint.ts";
import type { Application, Policy, PolicySet, Rule, RuleLists } from "../../src/core/model.ts";
import { makePolicy, place } from "../oracle/blank.ts";
import { type Case, decideCase, withPolicies } from "../oracle/case.ts";
import type { Dice } from "../oracle/dice.ts";
import { drawFacts, NOW } from "../oracle/draw-facts.ts";
import { drawPolicySet } from "../oracle/draw-policies.ts";
import { engine } from "../oracle/engine.ts";
import { printCase } from "../oracle/shrink-case.ts";

/** A finding about a policy, and the application that it is in. */
export interface Claim {
  readonly set: PolicySet;
  readonly application: Application;
  readonly policy: Policy;
  readonly finding: ReportedFinding;
}

/** What a finding claims of every request: true where this one does not contradict it. */
type Holds = (request: Case, claim: Claim) => boolean;

const neverMatches: Holds = (request, { policy }) => judgeAlone(request, policy) !== "match";

/** Without the policy everybody gets the answer that they get with it, and it lets nobody in. */
const decidesNothing: Holds = (request, { policy }) => {
  const { outcome, policy: decider } = decideCase(engine, request);
  const others = request.application.policies.filter((other) => other !== policy);
  if (decideCase(engine, withPolicies(request, others)).outcome !== outcome) return false;
  return outcome === "deny" || decider !== policy;
};

/** Without the rule, if it is an Include, the policy matches the same; any other keeps it from matching. */
const ruleIsIdle: Holds = (request, claim) => {
  const include = claim.policy.include.filter((rule) => rule.place !== claim.finding.place);
  if (include.length === claim.policy.include.length) return neverMatches(request, claim);
  const isMatch = (policy: Policy) => judgeAlone(request, policy) === "match";
  return isMatch(claim.policy) === isMatch({ ...claim.policy, include });
};

/** By lint rule. */
export const CLAIMS: Readonly<Record<string, Holds>> = {
  "nobody-can-match": neverMatches,
  "policy-never-reached": decidesNothing,
  "identity-rule-in-bypass": ruleIsIdle,
};

/** The verdict of a policy, were it the only one. */
function judgeAlone(request: Case, policy: Policy): string {
  const { set, application, facts, now } = withPolicies(request, [policy]);
  const compiled = compilePolicySet(set).applications.get(application.id);
  if (compiled === undefined) throw new Error("the engine lost an application");
  const [trace] = explain(compiled, facts, now).policies;
  return trace?.reached ? trace.verdict : "not reached";
}

const drawSet = (dice: Dice) => placeRules(drawPolicySet(dice, ["wiki", "shop"], "straight"));

/** The findings of a drawn policy set. A group is asked as a policy of its rules would be. */
export function drawClaims(dice: Dice, rule: string): readonly Claim[] {
  const set = drawSet(dice);
  const findings = lintPolicies(set, null).filter((finding) => finding.rule === rule);
  return findings.flatMap((finding) =>
    set.applications.flatMap((application) => {
      const group = set.groups.find((each) => each === finding.object);
      if (group !== undefined) {
        return [{ set, application, policy: makePolicy(group.id, "deny", group), finding }];
      }
      const policy = application.policies.find((each) => each === finding.object);
      return policy === undefined ? [] : [{ set, application, policy, finding }];
    }),
  );
}

/** The same said of the policies about which the rule reports nothing, at their first Include. */
export function drawUnfoundedClaims(dice: Dice, rule: string): readonly Claim[] {
  const set = drawSet(dice);
  const reported = lintPolicies(set, null).filter((finding) => finding.rule === rule);
  return set.applications.flatMap((application) =>
    application.policies
      .filter((policy) => reported.every(({ object }) => object !== policy))
      .map((policy) => {
        const made = {
          place: policy.include[0]?.place ?? place,
          reason: "made up",
          mend: "",
          object: policy,
        };
        return { set, application, policy, finding: { ...made, rule, level: "error", acknowledged: null } };
      }),
  );
}

/** Puts requests to a claim: the first that contradicts it, in print; null where none does. */
export function findContradiction(claim: Claim, holds: Holds, dice: Dice, requests: number): string | null {
  const { set, application, finding } = claim;
  for (let drawn = 0; drawn < requests; drawn++) {
    const facts = drawn % 2 === 0 ? drawFacts(dice, "bright") : drawFacts(dice);
    const request = { set, application, facts, now: NOW };
    if (!holds(request, claim)) return `${finding.rule}: ${finding.reason}\n${printCase(request)}`;
  }
  return null;
}

/** The set with a place of its own for every rule, by which findings can be told apart. */
function placeRules(set: PolicySet): PolicySet {
  let line = 0;
  const placeAll = (rules: readonly Rule[]) =>
    rules.map((rule): Rule => ({ ...rule, place: { ...place, line: ++line } }));
  const placeLists = <T extends RuleLists>(lists: T): T => ({
    ...lists,
    include: placeAll(lists.include),
    require: placeAll(lists.require),
    exclude: placeAll(lists.exclude),
  });
  return {
    ...set,
    groups: set.groups.map(placeLists),
    applications: set.applications.map((application) => ({
      ...application,
      policies: application.policies.map(placeLists),
    })),
  };
}
