import type { LintRule } from "../finding.ts";

export const UNUSED_GROUP: LintRule = {
  name: "unused-group",
  level: "hint",
  summary: "No policy uses the group, neither itself nor through other groups.",
  check({ set, usedRules }) {
    const used = new Set(usedRules.flatMap((rule) => (rule.selector === "group" ? [rule.group] : [])));
    return set.groups
      .filter(({ id }) => !used.has(id))
      .map((group) => ({
        place: group.place,
        reason: `no policy uses the group "${group.name}"`,
        mend: "remove it, or use it",
        object: group,
      }));
  },
};
