import { createHash } from "node:crypto";
import type { PolicySet } from "../../core/model.ts";
import { canonicalJson } from "./canonical.ts";

const REVISION_LENGTH = 16;

/** Hash of everything that decides: the same however the files are laid out and ordered. */
export function revisionOf(set: Omit<PolicySet, "revision">): string {
  return createHash("sha256").update(canonicalJson(set)).digest("hex").slice(0, REVISION_LENGTH);
}
