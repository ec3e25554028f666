import type { Scope } from "./path.ts";
import type { Ask } from "./read-records.ts";

/**
 * What a step found. `none`: the API was asked, answered completely, and has none. `unsure`: what it has may be
 * another's, or several could be meant.
 */
export type Found =
  | { readonly kind: "one"; readonly record: unknown }
  | { readonly kind: "all"; readonly records: readonly unknown[]; readonly complete: boolean }
  | { readonly kind: "none" }
  | { readonly kind: "unsure" };

export type Find = (scope: Scope, ask: Ask) => Promise<Found>;

export const UNSURE: Found = { kind: "unsure" };

/** One of several records, or of some that were not all read, proves nothing. */
export function onlyOf(records: readonly unknown[], complete: boolean): Found {
  if (records.length > 1 || !complete) return UNSURE;
  return records.length === 1 ? { kind: "one", record: records[0] } : { kind: "none" };
}
