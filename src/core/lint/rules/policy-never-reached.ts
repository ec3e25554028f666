import type { Policy } from "../../model.ts";
import { SELECTORS } from "../../selectors/table.ts";
import { allRules } from "../analysis/group-index.ts";
import { isFirstTier, type LintContext } from "../context.ts";
import type { LintRule } from "../finding.ts";

export const POLICY_NEVER_REACHED: LintRule = {
  name: "policy-never-reached",
  level: "error",
  summary: "A policy before it has decided about everyone whom the policy is about.",
  check: (context) =>
    context.placements.flatMap(({ application, policy, before }) => {
      const decider = before.find((earlier) => leavesNothing(earlier, policy, context));
      if (decider === undefined) return [];
      return [
        {
          place: policy.place,
          reason: `"${policy.name}" decides nothing in "${application.name}": "${decider.name}" comes before it and matches whoever it matches`,
          mend: "move it before that policy, narrow that policy, or remove it",
          object: policy,
        },
      ];
    }),
};

/** Whether nobody's answer can depend on `policy`, because of one that comes before it. */
function leavesNothing(earlier: Policy, policy: Policy, context: LintContext): boolean {
  if (context.matchesEveryone(earlier)) return true;
  // An undecided Block blocks also whom an Allow of the same rules could not decide about.
  if (earlier.effect === "allow" && policy.effect === "deny") return false;
  if (isFirstTier(earlier) && !isFirstTier(policy) && asksForPerson(earlier, context)) return false;
  return context.implies(policy, earlier);
}

/** Bypass and Service Auth judge such rules otherwise than Allow and Block. */
function asksForPerson(policy: Policy, { writeOut }: LintContext): boolean {
  return allRules(policy)
    .flatMap(writeOut)
    .some(({ rule }) => SELECTORS[rule.selector].identity === true);
}
