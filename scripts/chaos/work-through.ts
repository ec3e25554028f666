import { seededDice } from "../../test/oracle/dice.ts";
import { runArrivals } from "./arrivals.ts";
import type { Crowd } from "./crowd.ts";
import type { Control, Extent } from "./experiment.ts";
import type { FaultWindows } from "./fault-windows.ts";
import type { Fault } from "./store-fault.ts";
import type { Tally } from "./tally.ts";

/** People at work, and what is to go wrong around them. */
export interface Scene {
  readonly crowd: Crowd;
  readonly tally: Tally;
  readonly faults: FaultWindows;
  /** One of each, in the order in which they are tried. */
  readonly kinds: readonly Fault[];
  /** What a control is to show; null where nothing is weakened. */
  readonly shows: Control["shows"] | null;
  readonly extent: Extent;
}

const QUIET_MS = 800;
/** Revocations count everywhere by then. */
const SETTLED_MS = 1_100;
const PATIENCE_MS = 10_000;
const CONTROL_PATIENCE_MS = 1_500;

/** Has people go about their work while things fail, heal, and fail again. */
export async function workThrough(scene: Scene): Promise<void> {
  const { crowd, tally, kinds, shows, extent } = scene;
  const startedAt = performance.now();
  const isOver = () =>
    tally.requests >= extent.requests || performance.now() - startedAt >= extent.seconds * 1_000;
  let over = false;
  const arrivals = runArrivals({
    perSecond: extent.perSecond,
    // Luck of its own: how many arrive depends on how fast this machine is.
    dice: seededDice(extent.seed + 1),
    goOn: () => !over,
    arrive: (dueAt) => crowd.arrive(dueAt),
  });
  await Bun.sleep(SETTLED_MS);
  // Each fault once, however short the run; a control is over with the first thing that it shows.
  const hasShown = () => shows !== null && tally.report()[shows] > 0;
  for (let n = 0; !hasShown() && (n < kinds.length || !isOver()); n++) {
    const fault = kinds[n % kinds.length];
    if (fault !== undefined) await suffer(scene, fault);
    extent.onProgress({ requests: tally.requests, faults: scene.faults.count });
  }
  over = true;
  await arrivals;
  await crowd.finish();
}

/** One fault from beginning to end, with dismissals while it lasts. */
async function suffer({ crowd, tally, faults, shows, extent }: Scene, fault: Fault): Promise<void> {
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
  tally.addRecovery(await crowd.measureRecovery(shows === null ? PATIENCE_MS : CONTROL_PATIENCE_MS));
  getOver(performance.now());
  if (fault.loses !== "nothing") crowd.endLoss();
  await fault.after?.();
}
