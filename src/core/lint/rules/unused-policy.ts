import type { LintRule } from "../finding.ts";

export const UNUSED_POLICY: LintRule = {
  name: "unused-policy",
  level: "hint",
  summary: "No application uses the reusable policy.",
  check({ set, placements }) {
    const used = new Set(placements.map(({ policy }) => policy));
    return set.policies
      .filter((policy) => !used.has(policy))
      .map((policy) => ({
        place: policy.place,
        reason: `no application uses the policy "${policy.name}"`,
        mend: "name it in an application's policies, or remove it",
        object: policy,
      }));
  },
};
