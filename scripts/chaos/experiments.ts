import type { Experiment } from "./experiment.ts";
import { c1Reload } from "./experiments/c1-reload.ts";
import { k1KeyRotation } from "./experiments/k1-key-rotation.ts";
import { r1Killed } from "./experiments/r1-killed.ts";
import { r2Slow } from "./experiments/r2-slow.ts";
import { r3Full } from "./experiments/r3-full.ts";
import { r4Failover } from "./experiments/r4-failover.ts";
import { r5Cluster } from "./experiments/r5-cluster.ts";
import { r6Wrong } from "./experiments/r6-wrong.ts";
import { s1Signals } from "./experiments/s1-signals.ts";
import { t1Clock } from "./experiments/t1-clock.ts";
import { type StoreExperiment, storeExperiment } from "./store-experiment.ts";

export const STORE_EXPERIMENTS: readonly StoreExperiment[] = [
  r1Killed,
  r2Slow,
  r3Full,
  r4Failover,
  r5Cluster,
  r6Wrong,
];

export const EXPERIMENTS: readonly Experiment[] = [
  ...STORE_EXPERIMENTS.map(storeExperiment),
  s1Signals,
  c1Reload,
  k1KeyRotation,
  t1Clock,
];
