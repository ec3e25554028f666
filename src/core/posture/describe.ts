import type { PostureRule } from "../model.ts";
import { describeCheck } from "./checks.ts";
import { platformsOf } from "./platform.ts";

/** What a posture rule asks for, in a few words for the trace: `OS version ≥ 14.2 (mac)`. */
export function describePosture(rule: PostureRule): string {
  const platforms = platformsOf(rule);
  const label = describeCheck(rule.check);
  return platforms === null ? label : `${label} (${platforms.join(", ") || "no platform"})`;
}
