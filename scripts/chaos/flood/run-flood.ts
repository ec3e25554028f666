import { seededDice } from "../../../test/oracle/dice.ts";
import type { Server } from "../../servers.ts";
import { Crowd } from "../crowd.ts";
import type { Control, Extent } from "../experiment.ts";
import { FaultWindows } from "../fault-windows.ts";
import { Stalls } from "../stalls.ts";
import type { FailingStore, Fault } from "../store-fault.ts";
import { type Report, Tally } from "../tally.ts";
import { Witness } from "../witness.ts";
import { workThrough } from "../work-through.ts";
import { type Fleet, openFleet } from "./fleet.ts";
import { Flood } from "./flood.ts";
import { Verdicts } from "./verdicts.ts";
import type { WeaknessName } from "./weaknesses.ts";

/** An experiment over the listeners of real replicas, with as many requests as they can answer. */
export interface FloodExperiment {
  readonly name: string;
  readonly servers: readonly Server[];
  readonly open: (random: () => number, faultMs: number) => Promise<FailingStore>;
  /** What goes wrong beside what the store does. */
  readonly fleetFaults?: (fleet: Fleet, verdicts: Verdicts) => readonly Fault[];
  readonly binds?: (durable: boolean) => boolean;
  /** By when a device that has changed counts as it is, where that is not as usual. */
  readonly deviceLagMs?: number;
  readonly faultyChangePercent?: number;
  /** Whether connections may end under a request. */
  readonly mayLose?: boolean;
}

/** A guard that is taken away, and what has to show that. */
export interface FloodWeakness {
  readonly name: WeaknessName;
  readonly shows: Control["shows"];
}

/** What a source says of a device lives for a second; asking and answering take their time. */
const DEVICE_LAG_MS = 1_500;
const SIDES = 1_000_000;

export async function runFlood(
  experiment: FloodExperiment,
  extent: Extent,
  weakness: FloodWeakness | null,
): Promise<Report> {
  const { open, binds = () => true, deviceLagMs = DEVICE_LAG_MS, faultyChangePercent = 0 } = experiment;
  const dice = seededDice(extent.seed);
  const [tally, faults] = [new Tally(), new FaultWindows()];
  await using store = await open(() => dice(SIDES) / SIDES, extent.faultMs);
  using stalls = new Stalls();
  let crowd: Crowd | null = null;
  const replicas = await openFleet({
    storeUrl: store.url,
    weakness: weakness?.name ?? "none",
    dice,
    isHealthy: (device) => crowd?.isHealthy(device) ?? true,
    faultyChangePercent,
  });
  try {
    const { mayLose = false } = experiment;
    const witness = new Witness({ tally, faults, stalls, mayLose });
    crowd = new Crowd({ replicas, tally, faults, witness, dice, binds, deviceLagMs });
    await crowd.moveIn();
    const verdicts = new Verdicts(tally);
    // Luck of its own: how much is asked depends on how fast this machine is.
    const flood = await Flood.start({
      ...{ fleet: replicas, crowd, witness, verdicts, tally, mayLose },
      dice: seededDice(extent.seed + 2),
    });
    const kinds = [...store.faults, ...(experiment.fleetFaults?.(replicas, verdicts) ?? [])];
    const shows = weakness?.shows ?? null;
    await workThrough({ crowd, tally, faults, kinds, shows, extent });
    await flood.stop();
    for (const failure of replicas.failures) tally.count("error", false, () => String(failure));
    return tally.report();
  } finally {
    await replicas.close();
  }
}
