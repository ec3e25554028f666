/**
 * Has things go wrong around Postern under load, and asks an oracle of every answer whether it was right.
 *
 *     bun scripts/chaos.ts [EXPERIMENT…] [--requests N | --seconds N] [--fault-ms N] [--seed S] [--json]
 *     bun scripts/chaos.ts --flood [EXPERIMENT…] [--requests N | --seconds N] [--slice-seconds N] [--tally FILE] …
 *
 * Each experiment is followed by its negative controls, in which a guard is taken away and the oracle has to
 * find that out. A flood asks the proxy listeners of two replicas for as much as they can answer, and adds
 * what it came to to a tally. Exit codes: 0 all held · 1 something did not · 2 wrong arguments.
 */
import { parseArgs } from "node:util";
import type { Control, Experiment, Extent } from "./chaos/experiment.ts";
import { EXPERIMENTS } from "./chaos/experiments.ts";
import { findBreaches, LIMITS } from "./chaos/find-breaches.ts";
import { FLOODS } from "./chaos/flood/floods.ts";
import { runFloods } from "./chaos/flood/run-floods.ts";
import { TallyFile } from "./chaos/flood/tally-file.ts";
import { type Outcome, renderOutcomes, renderVerdict } from "./chaos/render-outcome.ts";

interface Wanted {
  /** Names of experiments. */
  readonly names: readonly string[];
  readonly extent: Omit<Extent, "onProgress">;
  readonly json: boolean;
  /** Null for a run at a measured pace. */
  readonly flood: { readonly sliceSeconds: number; readonly tally: TallyFile | null } | null;
}

/** A control is over when it has shown what it has to, and at the latest then. */
const CONTROL_EXTENT = { requests: 5_000, seconds: 20 };

/** What people do by themselves, and what they do beside a flood. */
const PER_SECOND = 150;
const LEISURELY_PER_SECOND = 30;

let unhandled = 0;
process.on("unhandledRejection", (error) => {
  unhandled++;
  console.error("unhandled rejection:", error);
});
// Servers that were started end with the process; a signal alone would leave them behind.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
process.exitCode = await run();

async function run(): Promise<0 | 1 | 2> {
  const wanted = readArguments();
  if (typeof wanted === "string") {
    console.error(wanted);
    return 2;
  }
  const { names, extent, flood } = wanted;
  if (flood !== null) {
    const print = (line: string) => console.log(`${clearLine()}${line}`);
    const held = await runFloods({ ...flood, names, extent, print, onProgress: showRate });
    return held && unhandled === 0 ? 0 : 1;
  }
  const outcomes: Outcome[] = [];
  for (const experiment of EXPERIMENTS.filter(({ name }) => names.includes(name))) {
    outcomes.push(await runExperiment(experiment, wanted));
    for (const control of experiment.controls) outcomes.push(await runControl(experiment, control, wanted));
  }
  if (wanted.json) console.log(JSON.stringify({ seed: wanted.extent.seed, unhandled, outcomes }, null, 2));
  else console.log(`\n${renderOutcomes(outcomes)}\n\nseed ${wanted.extent.seed}`);
  return unhandled === 0 && outcomes.every(({ breaches }) => breaches.length === 0) ? 0 : 1;
}

async function runExperiment({ name, title, run }: Experiment, { extent, json }: Wanted): Promise<Outcome> {
  const report = await run({ ...extent, onProgress: showProgress(name) });
  return tell({ name, title, report, breaches: findBreaches(report, LIMITS) }, json);
}

async function runControl(
  { name: experiment, title }: Experiment,
  { without, shows, run }: Control,
  { extent, json }: Wanted,
): Promise<Outcome> {
  const name = `${experiment} without ${without}`;
  const report = await run({ ...extent, ...CONTROL_EXTENT, onProgress: showProgress(experiment) });
  const breaches = report[shows] > 0 ? [] : ["the oracle has not found out: the experiment proves nothing"];
  return tell({ name, title, report, breaches }, json);
}

function tell(outcome: Outcome, json: boolean): Outcome {
  if (!json) console.log(`${clearLine()}${renderVerdict(outcome)}`);
  return outcome;
}

function showRate(name: string, requests: number, perSecond: number): void {
  if (process.stderr.isTTY)
    process.stderr.write(`${clearLine()}${name}  ${requests} requests, ${perSecond} a second `);
}

/** What takes the progress off the terminal. */
function clearLine(): string {
  return process.stderr.isTTY ? "\r\x1b[K" : "";
}

function showProgress(name: string): Extent["onProgress"] {
  return ({ requests, faults }) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${name}  ${requests} requests, ${faults} faults `);
  };
}

/** What is to be run, or what is wrong with the arguments. */
function readArguments(): Wanted | string {
  const options = {
    requests: { type: "string" },
    seconds: { type: "string" },
    "fault-ms": { type: "string", default: "3000" },
    seed: { type: "string" },
    flood: { type: "boolean", default: false },
    "slice-seconds": { type: "string", default: "60" },
    tally: { type: "string" },
    json: { type: "boolean", default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (!values.flood && values.tally !== undefined) return "--tally is for --flood";
    const known = (values.flood ? FLOODS : EXPERIMENTS).map(({ name }) => name);
    const asked = positionals.map((name) => name.toUpperCase());
    const stranger = asked.find((name) => !known.includes(name));
    if (stranger !== undefined) return `there is no experiment ${stranger}: name some of ${known.join(", ")}`;
    const bounded = values.requests !== undefined || values.seconds !== undefined;
    const extent = {
      requests: Number(values.requests ?? (bounded ? Number.MAX_SAFE_INTEGER : 2_000)),
      seconds: Number(values.seconds ?? Number.MAX_SAFE_INTEGER / 1_000),
      perSecond: values.flood ? LEISURELY_PER_SECOND : PER_SECOND,
      faultMs: Number(values["fault-ms"]),
      seed: Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]),
    };
    if (!Object.values(extent).every((number) => number > 0)) return "every number has to be more than 0";
    const sliceSeconds = Number(values["slice-seconds"]);
    if (!(sliceSeconds > 0)) return "every number has to be more than 0";
    const tally = values.tally === undefined ? null : new TallyFile(values.tally);
    return {
      names: asked.length === 0 ? known : asked,
      extent,
      json: values.json,
      flood: values.flood ? { sliceSeconds, tally } : null,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
