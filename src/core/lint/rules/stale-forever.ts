import type { PostureCheck } from "../../model.ts";
import type { LintRule } from "../finding.ts";

export const STALE_FOREVER: LintRule = {
  name: "stale-forever",
  level: "warning",
  summary: "A posture rule that policies use has no expiration, so that its last result counts for ever.",
  check({ set, usedRules }) {
    const used = new Set(
      usedRules.flatMap((rule) => (rule.selector === "device_posture" ? [rule.posture] : [])),
    );
    return set.postureRules
      .filter(({ id, check, expirationMs }) => used.has(id) && expirationMs === null && ages(check))
      .map((rule) => ({
        place: rule.place,
        reason: `a result of "${rule.name}" never expires: a device that passed once and was never heard of again still passes`,
        mend: "set expiration to at least twice the interval of the check, such as 25h for a daily one",
        object: rule,
      }));
  },
};

/** WARP and Gateway are asserted anew with every request, and a plugin's attributes expire by themselves. */
function ages({ type }: PostureCheck): boolean {
  return type !== "warp" && type !== "gateway" && type !== "attribute";
}
