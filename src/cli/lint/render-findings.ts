import { LEVELS, type Level, type ReportedFinding } from "../../core/lint/finding.ts";
import { renderPlace } from "../../core/place.ts";
import type { CliIo } from "../io.ts";
import { shorten } from "../report-faults.ts";
import { paint, printable, wrapText } from "../terminal.ts";

const COLORS = { error: "red", warning: "yellow", hint: "cyan" } as const;
const FURTHER = "      ";

/** Findings as people read them: file by file, each with its reason and its mend, and how many there are. */
export function renderFindings(
  findings: readonly ReportedFinding[],
  io: Pick<CliIo, "cwd" | "style">,
): string {
  const files = Map.groupBy(findings, ({ place }) => place.file);
  const blocks = [...files].map(([file, inFile]) => {
    const name = paint(io.style).underline(printable(shorten(file, io.cwd)));
    return [name, ...inFile.map((finding) => renderFinding(finding, io))].join("\n");
  });
  return `${[...blocks, renderTotals(findings, io)].join("\n\n")}\n`;
}

function renderFinding(finding: ReportedFinding, { cwd, style }: Pick<CliIo, "cwd" | "style">): string {
  const { place, level, rule, reason, mend, acknowledged } = finding;
  const colors = paint(style);
  const position = renderPlace({ ...place, file: shorten(place.file, cwd) });
  const mark = acknowledged === null ? colors[COLORS[level]](level) : colors.green("acknowledged");
  const lines = [
    `${colors.dim(printable(position))}  ${mark}  ${colors.bold(rule)}`,
    ...further(reason, style),
  ];
  if (acknowledged === null) return [...lines, ...further(`→ ${mend}`, style)].join("\n");
  return [...lines, ...further(`✓ ${acknowledged}`, style)].join("\n");
}

function further(text: string, style: CliIo["style"]): readonly string[] {
  return wrapText(printable(text), style.width - FURTHER.length)
    .split("\n")
    .map((line) => FURTHER + line);
}

function renderTotals(findings: readonly ReportedFinding[], { style }: Pick<CliIo, "style">): string {
  const colors = paint(style);
  const open = countByLevel(findings);
  const counts = LEVELS.flatMap((level) => {
    const count = open[level];
    return count === 0 ? [] : [colors[COLORS[level]](`${count} ${level}${count === 1 ? "" : "s"}`)];
  });
  const acknowledged = findings.filter((finding) => finding.acknowledged !== null).length;
  const all = acknowledged === 0 ? counts : [...counts, `${acknowledged} acknowledged`];
  return counts.length === 0
    ? `${colors.green("✓")} ${["nothing found", ...all].join(", ")}`
    : all.join(", ");
}

/** How many findings nobody acknowledged, by level. */
export function countByLevel(findings: readonly ReportedFinding[]): { readonly [L in Level]: number } {
  const count = (level: Level) =>
    findings.filter((finding) => finding.level === level && finding.acknowledged === null).length;
  return { error: count("error"), warning: count("warning"), hint: count("hint") };
}
