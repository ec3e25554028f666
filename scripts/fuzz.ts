/**
 * Puts hostile input to everything that reads text from outside, for as long as wanted.
 *
 *     bun scripts/fuzz.ts [target] [--seconds 30] [--seed N]
 *
 * `--seconds` is for each target. Exit codes: 0 everything held · 1 something did not, with the smallest
 * such input printed · 2 wrong arguments.
 */
import { parseArgs } from "node:util";
import { renderTable } from "../src/cli/terminal.ts";
import { type FuzzReport, fuzz } from "../test/fuzz/fuzz.ts";
import type { Target } from "../test/fuzz/target.ts";
import { TARGETS } from "../test/fuzz/targets.ts";

const MAX_MS = 50;
const SHOWN_EVERY_MS = 250;
const MAX_SHOWN_LENGTH = 40;

process.exitCode = await run();

async function run(): Promise<0 | 1 | 2> {
  const wanted = readArguments();
  if (typeof wanted === "string") {
    console.error(wanted);
    return 2;
  }
  const reports: FuzzReport[] = [];
  for (const target of wanted.targets) reports.push(await runTarget(target, wanted.seconds, wanted.seed));
  console.log(renderSummary(reports));
  for (const report of reports) if (report.failure !== null) console.log(renderFailure(report, wanted.seed));
  return reports.some(({ failure }) => failure !== null) ? 1 : 0;
}

interface Wanted {
  readonly targets: readonly Target[];
  readonly seconds: number;
  readonly seed: number;
}

/** What to fuzz, or what is wrong with the arguments. */
function readArguments(): Wanted | string {
  const options = { seconds: { type: "string", default: "30" }, seed: { type: "string" } } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const seconds = Number(values.seconds);
    const seed = Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
    const unknown = positionals.find((name) => !TARGETS.some((target) => target.name === name));
    const names = TARGETS.map(({ name }) => name).join(", ");
    if (unknown !== undefined) return `there is no target ${unknown}; there are ${names}`;
    if (!(seconds > 0 && seconds < Number.POSITIVE_INFINITY)) return "--seconds has to be a number above 0";
    if (!Number.isSafeInteger(seed)) return "--seed has to be a whole number";
    const targets = TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    return { targets, seconds, seed };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runTarget(target: Target, seconds: number, seed: number): Promise<FuzzReport> {
  const startedAt = performance.now();
  let shownAt = startedAt;
  const goesOn = (executions: number) => {
    const now = performance.now();
    if (process.stderr.isTTY && now - shownAt > SHOWN_EVERY_MS) {
      shownAt = now;
      const elapsed = Math.floor((now - startedAt) / 1_000);
      process.stderr.write(`\r\u001b[K${target.name}: ${executions} executions, ${elapsed} of ${seconds} s`);
    }
    return now - startedAt < seconds * 1_000;
  };
  const report = await fuzz(target, { seed, goesOn, maxMs: MAX_MS });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  return report;
}

function renderSummary(reports: readonly FuzzReport[]): string {
  const header = ["", "target", "executions", "a second", "accepted", "slowest", "slowest input"];
  const rows = reports.map((report) => [
    report.failure === null ? "✓" : "✗",
    report.target,
    String(report.executions),
    String(Math.round((1_000 * report.executions) / report.elapsedMs)),
    `${Math.round((100 * report.accepted) / Math.max(report.executions, 1))} %`,
    `${report.slowestMs.toFixed(1)} ms`,
    quote(report.slowestInput),
  ]);
  return renderTable([header, ...rows]);
}

function renderFailure({ target, failure }: FuzzReport, seed: number): string {
  const again = `bun scripts/fuzz.ts ${target} --seed ${seed}`;
  return `\n✗ ${target}: ${failure?.error}\n  input: ${JSON.stringify(failure?.input)}\n  again: ${again}`;
}

function quote(text: string): string {
  const quoted = JSON.stringify(text);
  return quoted.length > MAX_SHOWN_LENGTH ? `${quoted.slice(0, MAX_SHOWN_LENGTH)}…` : quoted;
}
