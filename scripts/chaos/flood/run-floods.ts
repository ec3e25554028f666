import { systemClock } from "../../../src/clock.ts";
import type { Extent } from "../experiment.ts";
import { findBreaches, type Limits } from "../find-breaches.ts";
import { type Outcome, renderVerdict } from "../render-outcome.ts";
import { renderWrongPermits } from "../wrong-permits.ts";
import { FLOOD_CONTROLS, FLOODS } from "./floods.ts";
import { type FloodExperiment, runFlood } from "./run-flood.ts";
import { sumUp, type TallyEntry, type TallyFile } from "./tally-file.ts";
import { findVersion } from "./version.ts";

export interface FloodsOptions {
  /** Names of those that are wanted. */
  readonly names: readonly string[];
  /** Of all floods together; what was begun is finished. */
  readonly extent: Omit<Extent, "onProgress">;
  /** Of one flood. */
  readonly sliceSeconds: number;
  /** Where to add what they come to; null for nowhere. */
  readonly tally: TallyFile | null;
  readonly print: (line: string) => void;
  readonly onProgress: (name: string, requests: number, perSecond: number) => void;
}

/**
 * As much as the replicas can answer, and how soon, depends on the machine: what is late is shown and breaks
 * nothing, and denials by the deadline may be a few more.
 */
const LIMITS: Limits = {
  wrongDenies: 0.05,
  late: Number.POSITIVE_INFINITY,
  slowRevocations: 0,
  recoveryMs: 10_000,
};
const CONTROL_SECONDS = 60;

/** Floods, one experiment after the other, until there have been enough. Whether all held. */
export async function runFloods(options: FloodsOptions): Promise<boolean> {
  const { names, extent, tally, print } = options;
  const version = await findVersion();
  const before = (await tally?.read()) ?? [];
  let allHeld = await runControls(options);
  const entries: TallyEntry[] = [];
  const startedAt = performance.now();
  const requests = () => sumUp(entries).requests;
  const isOver = () =>
    requests() >= extent.requests || performance.now() - startedAt >= extent.seconds * 1_000;
  while (!isOver()) {
    // Whoever has had the least is next, so that many short runs come to the same as a long one.
    const had = sumUp([...before, ...entries]).byExperiment;
    const next = FLOODS.filter(({ name }) => names.includes(name)).reduce((least, each) =>
      (had.get(each.name) ?? 0) < (had.get(least.name) ?? 0) ? each : least,
    );
    const { outcome, entry } = await runOne(next, entries.length, version, options);
    entries.push(entry);
    await tally?.add(entry);
    allHeld &&= outcome.breaches.length === 0;
    print(renderVerdict(outcome));
  }
  const perSecond = Math.round(requests() / ((performance.now() - startedAt) / 1_000));
  print(`\nthis run: ${renderWrongPermits(sumUp(entries))}, ${perSecond} a second`);
  if (tally !== null) {
    const sum = sumUp([...before, ...entries]);
    print(`all ${sum.floods} floods: ${renderWrongPermits(sum)}; versions ${sum.versions.join(", ")}`);
  }
  return allHeld;
}

async function runOne(
  flood: FloodExperiment,
  index: number,
  version: string,
  { extent, sliceSeconds, onProgress }: FloodsOptions,
): Promise<{ readonly outcome: Outcome; readonly entry: TallyEntry }> {
  const seed = extent.seed + index;
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const report = await runFlood(
    flood,
    {
      ...extent,
      seconds: Math.min(sliceSeconds, extent.seconds),
      seed,
      onProgress: ({ requests }) => onProgress(flood.name, requests, Math.round(requests / seconds())),
    },
    null,
  );
  const { requests, permits, excused, wrongPermits, wrongDenies, errors, slowRevocations, faults } = report;
  const took = Math.round(seconds());
  const title = `${Math.round(requests / took)} a second, ${permits} permits`;
  return {
    outcome: { name: flood.name, title, report, breaches: findBreaches(report, LIMITS) },
    entry: {
      ...{ experiment: flood.name, version, seed, endedAt: new Date(systemClock()).toISOString() },
      ...{ seconds: took, requests, permits, excused, wrongPermits, wrongDenies, errors },
      ...{ slowRevocations, faults },
    },
  };
}

/** Whether the oracle has found out each guard that was taken away. */
async function runControls({ names, extent, print, onProgress }: FloodsOptions): Promise<boolean> {
  let allShown = true;
  for (const { of, without, weakness } of FLOOD_CONTROLS) {
    const flood = FLOODS.find(({ name }) => name === of && names.includes(name));
    if (flood === undefined) continue;
    const name = `${of} without ${without}`;
    const report = await runFlood(
      flood,
      { ...extent, seconds: CONTROL_SECONDS, onProgress: ({ requests }) => onProgress(name, requests, 0) },
      weakness,
    );
    const isShown = report[weakness.shows] > 0;
    const breaches = isShown ? [] : ["the oracle has not found out: the experiment proves nothing"];
    print(renderVerdict({ name, title: `shows ${weakness.shows}`, report, breaches }));
    allShown &&= isShown;
  }
  return allShown;
}
