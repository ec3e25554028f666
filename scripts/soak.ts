/**
 * Whether memory stays flat: `postern serve` under bounded load, its memory sampled every few seconds.
 *
 *     bun run soak [--minutes 20] [--json]
 *
 * The first third warms up and does not count. Exit codes: 0 flat · 1 resident memory or the heap surely grows by more
 * than 1 MB an hour, or the requests were not answered as they should be · 2 wrong arguments.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { renderTable } from "../src/cli/terminal.ts";
import { openEdge } from "./soak/edge.ts";
import { startLoad, type Tally } from "./soak/load.ts";
import { type Held, startSoaked } from "./soak/service.ts";
import { fitSlope, floorsOf, type Slope } from "./soak/slope.ts";

const EVERY_MS = 2_000;
/** Garbage is collected several times in it. */
const WINDOWS = 20;
const MAX_GROWTH_PER_HOUR = 1e6;
const KINDS = ["residentBytes", "heapBytes", "descriptors"] as const;
type Kind = (typeof KINDS)[number];
type Moment = Held & { readonly atMs: number };
const NAMES: Readonly<Record<Kind, string>> = {
  residentBytes: "resident, MB",
  heapBytes: "heap, MB",
  descriptors: "file descriptors",
};

process.exitCode = await run();

async function run(): Promise<0 | 1 | 2> {
  const wanted = readArguments();
  if (typeof wanted === "string") {
    console.error(wanted);
    return 2;
  }
  const { moments, tally } = await soak(wanted.minutes * 60_000);
  const counted = moments.slice(Math.ceil(moments.length / 3));
  const slopes = KINDS.map((kind) => [kind, slopeOf(counted, kind)] as const);
  const grows = slopes.some(([kind, { low }]) => kind !== "descriptors" && low > MAX_GROWTH_PER_HOUR);
  const { logins, decisions } = tally.done;
  // What turns everybody away does not show what memory it takes to let them in.
  const isSoaked = tally.failures === 0 && tally.permits > (logins + decisions) / 2;
  const flat = !grows && isSoaked;
  if (wanted.json)
    console.log(JSON.stringify({ flat, slopes: Object.fromEntries(slopes), tally, moments }, null, 2));
  else console.log(render(counted, slopes, tally, flat));
  return flat ? 0 : 1;
}

async function soak(durationMs: number): Promise<{ moments: readonly Moment[]; tally: Tally }> {
  const folder = await mkdtemp(join(tmpdir(), "postern-soak-"));
  const edge = await openEdge();
  const service = await startSoaked(folder, edge);
  try {
    const load = await startLoad(edge, service);
    const moments: Moment[] = [];
    const startedAt = performance.now();
    for (let atMs = 0; atMs < durationMs; atMs = performance.now() - startedAt) {
      moments.push({ atMs, ...(await service.measure()) });
      await Bun.sleep(EVERY_MS);
    }
    await load.stop();
    return { moments, tally: load.tally };
  } finally {
    await service.stop();
    await edge.stop();
    await rm(folder, { recursive: true });
  }
}

function slopeOf(moments: readonly Moment[], kind: Kind): Slope {
  const samples = moments.map((moment) => ({ atMs: moment.atMs, value: moment[kind] }));
  const lastsMs = (moments.at(-1)?.atMs ?? 0) - (moments[0]?.atMs ?? 0);
  return fitSlope(floorsOf(samples, lastsMs / WINDOWS));
}

function render(
  counted: readonly Moment[],
  slopes: readonly (readonly [Kind, Slope])[],
  { done, permits, failures, leftOut }: Tally,
  flat: boolean,
): string {
  const rows = slopes.map(([kind, { perHour, low, high }]) => {
    const scale = kind === "descriptors" ? 1 : 1e6;
    const show = (value: number | undefined) => ((value ?? 0) / scale).toFixed(1);
    return [
      NAMES[kind],
      `${show(counted[0]?.[kind])} → ${show(counted.at(-1)?.[kind])}`,
      `${show(perHour)} an hour`,
      `95 %: ${show(low)} to ${show(high)}`,
    ];
  });
  const asked = Object.entries(done).map(([name, count]) => `${count} ${name}`);
  return [
    renderTable(rows),
    `${asked.join(", ")}; ${permits} permits, ${failures} failures, ${leftOut} left out`,
    flat ? "flat" : "NOT flat",
  ].join("\n");
}

/** How long to run, or what is wrong with the arguments. */
function readArguments(): { readonly minutes: number; readonly json: boolean } | string {
  try {
    const { values } = parseArgs({
      options: { minutes: { type: "string", default: "20" }, json: { type: "boolean", default: false } },
    });
    const minutes = Number(values.minutes);
    if (!(minutes >= 1 && minutes <= 24 * 60)) return "--minutes has to be a number from 1 to 1440";
    return { minutes, json: values.json };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
