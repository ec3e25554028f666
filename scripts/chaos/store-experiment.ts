import { seededDice } from "../../test/oracle/dice.ts";
import type { Server } from "../servers.ts";
import { Crowd } from "./crowd.ts";
import { DEVICE_FACTS_LIVE_MS } from "./device-source.ts";
import type { Control, Experiment, Extent } from "./experiment.ts";
import { FaultWindows } from "./fault-windows.ts";
import { openPatiently } from "./open-patiently.ts";
import { openReplicas } from "./replicas.ts";
import { Stalls } from "./stalls.ts";
import type { FailingStore } from "./store-fault.ts";
import { type Report, Tally } from "./tally.ts";
import { UNWEAKENED, type Weaken } from "./weakened-store.ts";
import { DECISION_DEADLINE_MS, Witness } from "./witness.ts";
import { workThrough } from "./work-through.ts";

/** What a control does differently. */
export interface Weakness {
  readonly without: string;
  readonly shows: Control["shows"];
  readonly weaken: Weaken;
  /** Patience with the store and with decisions, where that is the guard. */
  readonly patienceMs?: number;
}

export interface StoreExperiment {
  readonly name: string;
  readonly title: string;
  readonly servers: readonly Server[];
  readonly open: (random: () => number, faultMs: number) => Promise<FailingStore>;
  readonly weaknesses: readonly Weakness[];
  /** Whether a revocation must hold that was called durable or not; every one unless told. */
  readonly binds?: (durable: boolean) => boolean;
}

/** Clocks of the bench and of Postern tick apart by less. */
const TICK_MS = 50;
const SIDES = 1_000_000;

/** An experiment in which people go about their work while their store fails, heals, and fails again. */
export function storeExperiment(experiment: StoreExperiment): Experiment {
  const { name, title, servers, weaknesses } = experiment;
  return {
    ...{ name, title, servers },
    run: (extent) => run(experiment, null, extent),
    controls: weaknesses.map((weakness) => ({
      without: weakness.without,
      shows: weakness.shows,
      run: (extent) => run(experiment, weakness, extent),
    })),
  };
}

async function run(
  { open, binds = () => true }: StoreExperiment,
  weakness: Weakness | null,
  extent: Extent,
): Promise<Report> {
  const dice = seededDice(extent.seed);
  const [tally, faults] = [new Tally(), new FaultWindows()];
  await using store = await open(() => dice(SIDES) / SIDES, extent.faultMs);
  using stalls = new Stalls();
  const patienceMs = weakness?.patienceMs;
  let crowd: Crowd | null = null;
  const replicas = await openPatiently(() =>
    openReplicas({
      storeUrl: store.url,
      weaken: weakness?.weaken ?? UNWEAKENED,
      deadlineMs: patienceMs ?? DECISION_DEADLINE_MS,
      ...(patienceMs === undefined ? {} : { storeTimeoutMs: patienceMs }),
      isHealthy: (device) => crowd?.isHealthy(device) ?? true,
    }),
  );
  try {
    const witness = new Witness({ tally, faults, stalls, mayLose: false });
    const deviceLagMs = DEVICE_FACTS_LIVE_MS + TICK_MS;
    crowd = new Crowd({ replicas, tally, faults, witness, dice, binds, deviceLagMs });
    await crowd.moveIn();
    const shows = weakness?.shows ?? null;
    const kinds = store.faults;
    await workThrough({ crowd, tally, faults, kinds, shows, extent });
    for (const failure of replicas.failures) {
      tally.count("error", false, () => `the decider failed: ${failure}`);
    }
    return tally.report();
  } finally {
    await replicas.close();
  }
}
