import type { Latency } from "./latency.ts";
import type { Report } from "./tally.ts";
import { renderWrongPermits } from "./wrong-permits.ts";

/** How one run of an experiment, or of a control, ended. */
export interface Outcome {
  /** `R1`, or `R1 without the generation` */
  readonly name: string;
  readonly title: string;
  readonly report: Report;
  /** What did not hold, a sentence each. */
  readonly breaches: readonly string[];
}

const HEAD =
  "experiment  requests  permits  excused  denied wrongly  errors  late  lost  p50 / p99 / p99.9 ms  slowest recovery";

/** The figures of all experiments, as a table for a terminal. */
export function renderOutcomes(outcomes: readonly Outcome[]): string {
  const widths = HEAD.split(/ {2,}/).map((title) => title.length);
  const rows = outcomes.map(({ name, report }) =>
    [
      name.replace(/ without .*/, " control"),
      ...[report.requests, report.permits, report.excused, report.wrongDenies],
      ...[report.errors, report.late, report.lost],
      renderLatency(report.latency),
      report.recoveries.length === 0 ? "-" : `${Math.round(Math.max(...report.recoveries))} ms`,
    ]
      .map((cell, index) => String(cell).padStart(widths[index] ?? 0))
      .join("  "),
  );
  return [HEAD, ...rows].join("\n");
}

/** `R1  wrong permits: 0 of 1200, 95 % upper bound 0.0025` and what did not hold. */
export function renderVerdict({ name, title, report, breaches }: Outcome): string {
  const mark = breaches.length === 0 ? "✓" : "✗";
  const lines = [`${mark} ${name}  ${title}`, `  ${renderWrongPermits(report)}, ${report.faults} faults`];
  for (const breach of breaches) lines.push(`  ${breach}`);
  if (breaches.length > 0) for (const example of report.examples) lines.push(`    ${example}`);
  return lines.join("\n");
}

function renderLatency(latency: Latency | null): string {
  if (latency === null) return "-";
  return [latency.p50, latency.p99, latency.p999].map((ms) => ms.toFixed(1)).join(" / ");
}
