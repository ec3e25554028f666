import type { Platform } from "../attribute.ts";
import type { PostureRule } from "../model.ts";

/** The platforms that a rule is for, by its own list and its check; null for all. */
export function platformsOf({ platforms, check }: PostureRule): readonly Platform[] | null {
  if (!("platform" in check)) return platforms.length === 0 ? null : platforms;
  return platforms.length === 0 || platforms.includes(check.platform) ? [check.platform] : [];
}
