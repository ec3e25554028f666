import type { Report } from "./tally.ts";

/** What an experiment must come to, beside no wrong permit and no error. */
export interface Limits {
  /** Share of the requests that may be denied without an excuse. */
  readonly wrongDenies: number;
  readonly late: number;
  readonly slowRevocations: number;
  readonly recoveryMs: number;
}

export const LIMITS: Limits = { wrongDenies: 0.001, late: 0, slowRevocations: 0, recoveryMs: 2_000 };

/** What is promised and did not hold, a sentence each. */
export function findBreaches(report: Report, limits: Limits): readonly string[] {
  const { requests, permits, wrongPermits, wrongDenies, errors, late, slowRevocations, recoveries } = report;
  const slow = recoveries.filter((recoveryMs) => recoveryMs > limits.recoveryMs);
  const breaches = [
    [permits === 0, "nobody was let in"],
    [wrongPermits > 0, `${wrongPermits} wrong permits`],
    [errors > 0, `${errors} errors`],
    [late > limits.late, `${late} late answers`],
    [slowRevocations > limits.slowRevocations, `${slowRevocations} permits a second after a revocation`],
    [wrongDenies > limits.wrongDenies * requests, `${wrongDenies} wrong denials`],
    [slow.length > 0, `${slow.length} recoveries took longer than ${limits.recoveryMs} ms`],
  ] as const;
  return breaches.flatMap(([isBroken, sentence]) => (isBroken ? [sentence] : []));
}
