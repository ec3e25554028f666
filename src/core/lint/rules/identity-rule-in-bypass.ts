import type { Policy, Rule } from "../../model.ts";
import { isFirstTier, type LintContext } from "../context.ts";
import { A_POLICY } from "../effect-name.ts";
import type { Finding, LintRule } from "../finding.ts";

export const IDENTITY_RULE_IN_BYPASS: LintRule = {
  name: "identity-rule-in-bypass",
  level: "error",
  summary:
    "A Bypass or Service Auth policy asks who it is, though it is judged before anybody has logged in.",
  check: (context) => context.policies.filter(isFirstTier).flatMap((policy) => findIdle(policy, context)),
};

/** Entries that only a person could decide, and that therefore never do what they are there for. */
function findIdle(policy: Policy, context: LintContext): readonly Finding[] {
  const { reach, reachWithoutPerson: without } = context;
  const isNeverMet = (rule: Rule) => without.whereMatches(rule) === null && reach.whereMatches(rule) !== null;
  const isNeverPassed = (rule: Rule) => without.whereFails(rule) === null && reach.whereFails(rule) !== null;
  const findings = (entries: readonly Rule[], effect: string) =>
    entries.map((entry) => ({
      place: entry.place,
      reason: `“${context.label(entry)}” asks who it is, which ${A_POLICY[policy.effect]} never does; ${effect}`,
      mend: "move it to an Allow policy, or ask for an address, a device or a credential",
      object: policy,
    }));
  return [
    ...findings(policy.include.filter(isNeverMet), "the rule is never met"),
    ...findings(policy.require.filter(isNeverMet), "the policy never matches"),
    ...findings(policy.exclude.filter(isNeverPassed), "the policy never matches"),
  ];
}
