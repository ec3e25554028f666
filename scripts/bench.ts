/**
 * What Postern costs, measured beside what it is compared with.
 *
 *     bun run bench [NAME …] [--quick] [--rounds N] [--json] [--write]
 *
 * `--quick` is for a first look, `--json` for machines; `--write` puts the results into docs/performance.md.
 * Exit codes: 0 measured, whether or not the targets were reached · 1 it could not be measured · 2 wrong arguments.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Value } from "@sinclair/typebox/value";
import { paint, styleOf } from "../src/cli/terminal.ts";
import { BENCHMARKS } from "./bench/benchmarks.ts";
import { describeMachine } from "./bench/machine.ts";
import { renderMarkdown, renderReport, type Titled } from "./bench/render.ts";
import { Report } from "./bench/report.ts";
import type { Effort } from "./bench/rounds.ts";
import { replaceResults } from "./bench/write-results.ts";

const PAGE = join(import.meta.dir, "../docs/performance.md");
const RUN_BENCHMARK = join(import.meta.dir, "bench/run-benchmark.ts");
const QUICK = { rounds: 3, roundMs: 100, quick: true };
const FULL = { rounds: 11, roundMs: 1_000, quick: false };

process.exitCode = await run();

async function run(): Promise<0 | 1 | 2> {
  const wanted = readArguments();
  if (typeof wanted === "string") {
    console.error(wanted);
    return 2;
  }
  const { names, effort, json, write } = wanted;
  const machine = describeMachine();
  const reports: Titled[] = [];
  const style = styleOf(process.stdout, process.env);
  for (const { name, title } of BENCHMARKS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    if (process.stderr.isTTY) console.error(paint(style).dim(`measuring ${name} …`));
    const report = await runAlone(name, effort);
    if (report === null) return 1;
    reports.push({ name, title, report });
    if (!json) console.log(renderReport({ name, title, report }, style));
  }
  if (json) console.log(JSON.stringify({ machine, effort, reports }, null, 2));
  if (write) {
    const page = await Bun.file(PAGE).text();
    await Bun.write(PAGE, replaceResults(page, renderMarkdown(machine, reports)));
  }
  return 0;
}

/** One benchmark in a process of its own, so that none runs code that was compiled for another; null where it failed. */
async function runAlone(name: string, effort: Effort): Promise<Report | null> {
  const command = [process.execPath, RUN_BENCHMARK, name, JSON.stringify(effort)];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const output = await child.stdout.text();
  return (await child.exited) === 0 ? Value.Parse(Report, JSON.parse(output)) : null;
}

interface Wanted {
  /** Empty for all. */
  readonly names: readonly string[];
  readonly effort: Effort;
  readonly json: boolean;
  readonly write: boolean;
}

/** What to run, or what is wrong with the arguments. */
function readArguments(): Wanted | string {
  const flag = { type: "boolean", default: false } as const;
  const options = { quick: flag, json: flag, write: flag, rounds: { type: "string" } } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const effort = values.quick ? QUICK : FULL;
    const rounds = Number(values.rounds ?? effort.rounds);
    if (!Number.isSafeInteger(rounds) || rounds < 1) return "--rounds has to be a whole number from 1";
    const known = BENCHMARKS.map(({ name }) => name);
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined) return `there is no benchmark "${unknown}": name any of ${known.join(", ")}`;
    if (values.write && positionals.length > 0)
      return "--write replaces the results of all benchmarks: name none";
    return { names: positionals, effort: { ...effort, rounds }, json: values.json, write: values.write };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
