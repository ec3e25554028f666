import type { Decision } from "../../core/decision.ts";
import { DECISION_REASONS } from "../../core/reason.ts";
import type { CliIo } from "../io.ts";
import { renderTrace } from "../render-trace.ts";
import { shorten } from "../report-faults.ts";
import { paint, printable, renderMark, type Style } from "../terminal.ts";
import type { Expectation, PolicyTest } from "./policy-test.ts";
import type { PolicyTestResult } from "./run-tests.ts";

const INDENT = "    ";

type Screen = Pick<CliIo, "cwd" | "style">;

/** Results for people: a line per file, and for each failure what was expected, what came, and the trace. */
export function renderResults(results: readonly PolicyTestResult[], now: number, screen: Screen): string {
  const byFile = Map.groupBy(results, ({ test }) => shorten(test.place.file, screen.cwd));
  const files = [...byFile].map(([file, inFile]) => renderFile(file, inFile, now, screen));
  return [...files, renderTotals(results, screen.style)].join("\n");
}

/** `3 passed, 1 failed`. */
function renderTotals(results: readonly PolicyTestResult[], style: Style): string {
  const failed = results.filter(({ passed }) => !passed).length;
  const totals = `${results.length - failed} passed, ${failed} failed`;
  return failed === 0 ? paint(style).green(totals) : paint(style).red(totals);
}

function renderFile(file: string, results: readonly PolicyTestResult[], now: number, screen: Screen): string {
  const failures = results.filter(({ passed }) => !passed);
  const mark = renderMark(failures.length === 0 ? "match" : "no_match", screen.style);
  const head = `${mark} ${printable(file)}  ${results.length - failures.length} of ${results.length}`;
  return [head, ...failures.map((failure) => renderFailure(failure, now, screen))].join("\n");
}

function renderFailure(result: PolicyTestResult, now: number, { cwd, style }: Screen): string {
  const { test, trace } = result;
  const lines = [
    `  ${renderMark("no_match", style)} ${printable(test.name)}  ${paint(style).dim(showPlace(test, cwd))}`,
    `${INDENT}expected  ${describeExpected(test.expected)}`,
    `${INDENT}got       ${describeGot(result)}`,
  ];
  const inside = { ...style, width: style.width - INDENT.length };
  if (trace !== null) lines.push("", indent(renderTrace(trace, now, inside)), "");
  return lines.join("\n");
}

/** `permit by “Engineers” because: an Allow policy matched`. */
export function describeExpected({ answer, reason, policy }: Expectation): string {
  return describeAnswer(answer, reason, policy);
}

export function describeGot({ answer, decision }: PolicyTestResult): string {
  if (decision === null) return `${answer}: no application is at this URL`;
  return describeAnswer(answer, decision.reason, decision.policy?.name ?? null);
}

function describeAnswer(answer: string, reason: Decision["reason"] | null, policy: string | null): string {
  const by = policy === null ? "" : ` by “${printable(policy)}”`;
  return `${answer}${by}${reason === null ? "" : `: ${DECISION_REASONS[reason]} (${reason})`}`;
}

function showPlace({ place }: PolicyTest, cwd: string): string {
  return printable(`${shorten(place.file, cwd)}:${place.line}`);
}

function indent(text: string): string {
  return text.replace(/^/gm, INDENT);
}
