import type { ReportedFinding } from "../../core/lint/finding.ts";
import { countByLevel } from "./render-findings.ts";

/** Findings as scripts read them. */
export function findingsToJson(findings: readonly ReportedFinding[]) {
  return {
    findings: findings.map(({ place, rule, level, object, reason, mend, acknowledged }) => ({
      ...place,
      rule,
      level,
      object: object.name,
      reason,
      mend,
      acknowledged,
    })),
    totals: {
      ...countByLevel(findings),
      acknowledged: findings.filter(({ acknowledged }) => acknowledged !== null).length,
    },
  };
}
