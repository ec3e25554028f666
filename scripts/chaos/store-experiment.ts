import { StoreError } from "../../src/store/store.ts";
import { seededDice } from "../../test/oracle/dice.ts";
import type { Server } from "../servers.ts";
import { runArrivals } from "./arrivals.ts";
import { Crowd, DECISION_DEADLINE_MS } from "./crowd.ts";
import type { Control, Experiment, Extent } from "./experiment.ts";
import { type Affected, FaultWindows } from "./fault-windows.ts";
import { openReplicas, type Replicas, type ReplicasOptions } from "./replicas.ts";
import { Stalls } from "./stalls.ts";
import { type Report, Tally } from "./tally.ts";
import { UNWEAKENED, type Weaken } from "./weakened-store.ts";

/** A store that can be made to fail. */
export interface FailingStore extends AsyncDisposable {
  readonly url: string;
  /** One of each fault, in the order in which they are tried. */
  readonly faults: readonly StoreFault[];
}

/** A fault of a store. */
export interface StoreFault {
  readonly affects: Affected;
  /** What the store forgets by it. */
  readonly loses: "nothing" | "everything" | "a part";
  begin(crowd: Crowd): Promise<void>;
  /** Resolves once the store takes writes again. */
  end(): Promise<void>;
  /** What is still to be done once Postern was seen to be well. */
  readonly after?: () => Promise<void>;
}

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

const REQUESTS_PER_SECOND = 150;
const QUIET_MS = 800;
/** Revocations count everywhere by then. */
const SETTLED_MS = 1_100;
const PATIENCE_MS = 10_000;
const CONTROL_PATIENCE_MS = 1_500;
const SIDES = 1_000_000;

/** An experiment in which people go about their work while their store fails, heals, and fails again. */
export function storeExperiment(experiment: StoreExperiment): Experiment {
  const { name, title, servers, weaknesses } = experiment;
  return {
    ...{ name, title, servers },
    run: (extent) => run(experiment, NO_WEAKNESS, extent),
    controls: weaknesses.map((weakness) => ({
      without: weakness.without,
      shows: weakness.shows,
      run: (extent) => run(experiment, weakness, extent),
    })),
  };
}

const NO_WEAKNESS: Weakness = { without: "nothing", shows: "errors", weaken: UNWEAKENED };

async function run(
  { open, binds = () => true }: StoreExperiment,
  weakness: Weakness,
  extent: Extent,
): Promise<Report> {
  const dice = seededDice(extent.seed);
  const [tally, faults] = [new Tally(), new FaultWindows()];
  await using store = await open(() => dice(SIDES) / SIDES, extent.faultMs);
  using stalls = new Stalls();
  const { weaken, patienceMs } = weakness;
  let crowd: Crowd | null = null;
  const replicas = await openPatiently({
    storeUrl: store.url,
    weaken,
    deadlineMs: patienceMs ?? DECISION_DEADLINE_MS,
    ...(patienceMs === undefined ? {} : { storeTimeoutMs: patienceMs }),
    isHealthy: (device) => crowd?.isHealthy(device) ?? true,
  });
  try {
    crowd = new Crowd({ replicas, tally, faults, stalls, dice, binds });
    await crowd.moveIn();
    await workThrough({ crowd, tally, faults, store, replicas, weakness, extent });
    return tally.report();
  } finally {
    await replicas.close();
  }
}

const STARTS_AT_MOST = 10;
const START_AGAIN_AFTER_MS = 200;

/** A machine that is busy may keep a store from answering in time while nothing is wrong yet. */
async function openPatiently(options: ReplicasOptions): Promise<Replicas> {
  for (let starts = 1; ; starts++) {
    try {
      return await openReplicas(options);
    } catch (error) {
      const isSlow = error instanceof StoreError && error.code === "store_unavailable";
      if (!isSlow || starts === STARTS_AT_MOST) throw error;
      await Bun.sleep(START_AGAIN_AFTER_MS);
    }
  }
}

interface Scene {
  readonly crowd: Crowd;
  readonly tally: Tally;
  readonly faults: FaultWindows;
  readonly store: FailingStore;
  readonly replicas: Replicas;
  readonly weakness: Weakness;
  readonly extent: Extent;
}

async function workThrough(scene: Scene): Promise<void> {
  const { crowd, tally, store, replicas, weakness, extent } = scene;
  const startedAt = performance.now();
  const isOver = () =>
    tally.requests >= extent.requests || performance.now() - startedAt >= extent.seconds * 1_000;
  let over = false;
  const arrivals = runArrivals({
    perSecond: REQUESTS_PER_SECOND,
    // Luck of its own: how many arrive depends on how fast this machine is.
    dice: seededDice(extent.seed + 1),
    goOn: () => !over,
    arrive: (dueAt) => crowd.arrive(dueAt),
  });
  await Bun.sleep(SETTLED_MS);
  // Each fault once, however short the run; a control is over with the first thing that it shows.
  const hasShown = () => isControl(weakness) && tally.report()[weakness.shows] > 0;
  for (let n = 0; !hasShown() && (n < store.faults.length || !isOver()); n++) {
    const fault = store.faults[n % store.faults.length];
    if (fault !== undefined) await suffer(scene, fault);
    extent.onProgress({ requests: tally.requests, faults: scene.faults.count });
  }
  over = true;
  await arrivals;
  await crowd.finish();
  for (const failure of replicas.failures) {
    tally.count("error", false, () => `the decider failed: ${failure}`);
  }
}

/** One fault from beginning to end, with dismissals while it lasts. */
async function suffer({ crowd, tally, faults, weakness, extent }: Scene, fault: StoreFault): Promise<void> {
  await crowd.hireSpares();
  await Bun.sleep(QUIET_MS);
  const begunAt = performance.now();
  let healedAt = Number.POSITIVE_INFINITY;
  const getOver = faults.begin(begunAt, fault.affects);
  tally.countFault();
  if (fault.loses !== "nothing") crowd.loseLogins(begunAt, fault.loses === "everything", () => healedAt);
  await fault.begin(crowd);
  await Promise.all([crowd.dismiss("user"), Bun.sleep(extent.faultMs)]);
  await fault.end();
  healedAt = performance.now();
  tally.addRecovery(await crowd.measureRecovery(isControl(weakness) ? CONTROL_PATIENCE_MS : PATIENCE_MS));
  getOver(performance.now());
  if (fault.loses !== "nothing") crowd.endLoss();
  await fault.after?.();
}

function isControl(weakness: Weakness): boolean {
  return weakness !== NO_WEAKNESS;
}
