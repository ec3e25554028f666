import { paint, renderTable, type Style, wrapText } from "../../src/cli/terminal.ts";
import { formatSpread, formatValue, formatWanted } from "./format.ts";
import type { Machine } from "./machine.ts";
import { isReached, type Report } from "./report.ts";

/** A report with the benchmark it is of. */
export interface Titled {
  readonly name: string;
  readonly title: string;
  readonly report: Report;
}

/** A report for people at a terminal. */
export function renderReport({ name, title, report }: Titled, style: Style): string {
  const { bold, dim, green, red } = paint(style);
  const figures = report.figures.map(({ name: of, unit, median, spread }) => [
    `  ${of}`,
    formatValue(median, unit),
    dim(formatSpread(spread)),
  ]);
  const targets = report.targets.map((target) => [
    `  ${isReached(target) ? green("✓") : red("✗")} ${target.name}`,
    formatValue(target.measured, target.unit),
    dim(formatWanted(target)),
  ]);
  const remarks = report.remarks.map((remark) => dim(wrapText(`  ${remark}`, style.width)));
  return `${bold(title)}  ${dim(name)}\n${[renderTable(figures), renderTable(targets), ...remarks].filter((part) => part !== "").join("\n")}\n`;
}

/** The same reports as a part of a Markdown page, with the machine they were taken on. */
export function renderMarkdown(machine: Machine, reports: readonly Titled[]): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const memory = Math.round(machine.memoryBytes / 2 ** 30);
  const intro = [
    `${machine.cores} × ${machine.processor}, ${memory} GiB, ${machine.system}; ${versions.join(", ")}.`,
    `Load of the machine before: ${machine.load.toFixed(1)}.`,
  ].join("\n");
  return [intro, ...reports.map(renderSection)].join("\n\n");
}

function renderSection({ name, title, report }: Titled): string {
  const figures = table(
    ["measured", "median", "spread"],
    report.figures.map(({ name: of, unit, median, spread }) => [
      of,
      formatValue(median, unit),
      formatSpread(spread),
    ]),
  );
  const targets = table(
    ["wanted", "", "measured", ""],
    report.targets.map((target) => [
      target.name,
      formatWanted(target),
      formatValue(target.measured, target.unit),
      isReached(target) ? "reached" : "**missed**",
    ]),
  );
  const remarks = report.remarks.map((remark) => `- ${remark}`).join("\n");
  return [`### ${title} (\`${name}\`)`, figures, targets, remarks].filter((part) => part !== "").join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
