import type { LintRule } from "../finding.ts";

export const BLOCK_EXCLUDE_LETS_NOBODY_IN: LintRule = {
  name: "block-exclude-lets-nobody-in",
  level: "warning",
  summary: "A Block policy excludes somebody, and no Allow policy after it could let them in.",
  check: (context) =>
    context.placements.flatMap(({ application, policy, after }) => {
      const [excluded] = policy.exclude;
      if (policy.effect !== "deny" || excluded === undefined) return [];
      if (after.some(({ effect }) => effect === "allow")) return [];
      return [
        {
          place: excluded.place,
          reason: `whom "${policy.name}" excludes is not blocked by it, and not let in either: no Allow policy comes after it in "${application.name}"`,
          mend: "add an Allow policy after it that includes them, or remove the Exclude",
          object: policy,
        },
      ];
    }),
};
