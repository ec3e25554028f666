import type { Policy, Rule } from "../../model.ts";
import type { LintContext } from "../context.ts";
import { A_POLICY } from "../effect-name.ts";
import type { Finding, LintRule } from "../finding.ts";

export const EXTERNAL_EVALUATION_FAILS_OPEN: LintRule = {
  name: "external-evaluation-fails-open",
  level: "error",
  summary: "An External Evaluation stands where its failure lets people in at Cloudflare.",
  check: (context) => context.policies.flatMap((policy) => findOpenings(policy, context)),
};

/** Cloudflare counts a failed evaluation as no match: that opens what a match would have closed. */
function findOpenings(policy: Policy, context: LintContext): readonly Finding[] {
  const isBlock = policy.effect === "deny";
  const { include, require, exclude } = policy;
  const findings = (entries: readonly Rule[], list: string, negated: boolean) =>
    entries.flatMap((entry) => {
      const opening = context
        .writeOut(entry)
        .find(
          (written) =>
            written.rule.selector === "external_evaluation" && (written.negated !== negated) !== isBlock,
        );
      if (opening === undefined) return [];
      const through = opening.rule === entry ? "" : ` (through ${context.label(entry)})`;
      return [
        {
          place: entry.place,
          reason: `“${context.label(opening.rule)}” counts as no match at Cloudflare whenever the evaluation fails, which in the ${list} of ${A_POLICY[policy.effect]}${through} lets people in`,
          mend: "turn it around: have the evaluation say yes to whom you want, and require it in an Allow policy",
          object: policy,
        },
      ];
    });
  return [
    ...findings(include, "Include", false),
    ...findings(require, "Require", false),
    ...findings(exclude, "Exclude", true),
  ];
}
