import { STORE_EXPERIMENTS } from "../experiments.ts";
import {
  dishonestSources,
  endings,
  openSoundRedis,
  reloads,
  revokedKeys,
  wrongClocks,
} from "./fleet-faults.ts";
import type { FloodExperiment, FloodWeakness } from "./run-flood.ts";

/** What a fact of a replica with a wrong clock lives longer by, and what is remembered of it. */
const WRONG_CLOCK_LAG_MS = 12_000;

/** Every fault of the bench that concerns what proxies ask. */
export const FLOODS: readonly FloodExperiment[] = [
  ...STORE_EXPERIMENTS,
  { name: "S1", ...sound(), fleetFaults: endings, mayLose: true },
  { name: "C1", ...sound(), fleetFaults: reloads, faultyChangePercent: 50 },
  { name: "K1", ...sound(), fleetFaults: revokedKeys },
  { name: "T1", ...sound(), fleetFaults: wrongClocks, deviceLagMs: WRONG_CLOCK_LAG_MS },
  { name: "P1", ...sound(), fleetFaults: dishonestSources },
];

/** With a guard taken away the oracle has to find that out. */
export const FLOOD_CONTROLS: readonly {
  readonly of: string;
  readonly without: string;
  readonly weakness: FloodWeakness;
}[] = [
  {
    of: "R1",
    without: "the generation that tells of a loss",
    weakness: { name: "forgets_losses", shows: "wrongPermits" },
  },
  {
    of: "P1",
    without: "the message that tells of a revocation",
    weakness: { name: "tells_nobody", shows: "slowRevocations" },
  },
];

function sound() {
  return { servers: ["redis-server"], open: openSoundRedis } as const;
}
