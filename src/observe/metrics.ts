import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Decision } from "../core/decision.ts";
import type { Application } from "../core/model.ts";
import { type RecordFacts, registerFactMetrics } from "./fact-metrics.ts";
import { registerSessionMetrics, type SessionMetrics } from "./session-metrics.ts";
import { type RecordStoreCall, registerStoreMetrics } from "./store-metrics.ts";

/** How a call of External Evaluation ended. */
export type EvaluationResult =
  | "permit"
  | "deny"
  | "invalid_token"
  | "unknown_application"
  | "overloaded"
  | "failed";

export interface Metrics extends SessionMetrics {
  /** What `/metrics` shows; rooms with figures of their own register them here. */
  readonly registry: Registry;
  figures(): Promise<Figures>;
  recordDecision(application: Pick<Application, "name">, decision: Decision, seconds: number): void;
  readonly recordFacts: RecordFacts;
  readonly recordStoreCall: RecordStoreCall;
  recordEvaluation(result: EvaluationResult): void;
  /** A proxy's request was denied before any application could decide about it. */
  recordRefusal(listener: string, reason: string): void;
  /** A policy set came to serve at `loadedAt`, milliseconds since the epoch. */
  recordReload(revision: string, loadedAt: number): void;
  /** A faulty policy set was refused; the last good one keeps serving. */
  recordFailedReload(): void;
}

/** The figures of one process, to be added to those of others. */
export type Figures = readonly { readonly name: string }[];

/** What `/metrics` shows of several processes. */
export function renderFigures(processes: readonly Figures[]): Promise<string> {
  return AggregatorRegistry.aggregate(processes.map((figures) => [...figures])).metrics();
}

/** From a cached answer to the deadline of a slow provider, in seconds. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 1, 3];

/** A registry of its own with the figures of Postern itself. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const decisions = new Counter({
    name: "decisions_total",
    help: "Decisions; cause is unknown where something unknown played a part in a denial",
    labelNames: ["application", "outcome", "reason", "cause"],
    registers,
  });
  const duration = new Histogram({
    name: "decision_duration_seconds",
    help: "Time from a request to its answer",
    buckets: DURATION_BUCKETS,
    registers,
  });
  const evaluations = new Counter({
    name: "evaluations_total",
    help: "Calls of External Evaluation by how they ended",
    labelNames: ["result"],
    registers,
  });
  const refusals = new Counter({
    name: "proxy_refusals_total",
    help: "Requests of proxies that were denied before any application could decide about them",
    labelNames: ["listener", "reason"],
    registers,
  });
  const reloads = new Counter({
    name: "policy_reloads_total",
    help: "Loads of the policies by how they ended",
    labelNames: ["result"],
    registers,
  });
  const reloadOk = new Gauge({
    name: "policy_last_reload_successful",
    aggregator: "min",
    help: "1 where the last load of the policies succeeded, 0 where older ones keep serving",
    registers,
  });
  const loadedAtSeconds = new Gauge({
    name: "policy_loaded_timestamp_seconds",
    aggregator: "max",
    help: "When the policies that serve were loaded",
    registers,
  });
  const info = new Gauge({
    name: "policy_info",
    aggregator: "max",
    help: "The revision of the policies that serve",
    labelNames: ["revision"],
    registers,
  });
  return {
    registry,
    ...registerSessionMetrics(registry),
    recordFacts: registerFactMetrics(registry),
    recordStoreCall: registerStoreMetrics(registry),
    figures: () => registry.getMetricsAsJSON(),
    recordDecision({ name }, { outcome, reason, cause }, seconds) {
      decisions.inc({ application: name, outcome, reason, cause });
      duration.observe(seconds);
    },
    recordEvaluation: (result) => evaluations.inc({ result }),
    recordRefusal: (listener, reason) => refusals.inc({ listener, reason }),
    recordReload(revision, loadedAt) {
      reloads.inc({ result: "ok" });
      reloadOk.set(1);
      loadedAtSeconds.set(loadedAt / 1000);
      info.reset();
      info.set({ revision }, 1);
    },
    recordFailedReload() {
      reloads.inc({ result: "failed" });
      reloadOk.set(0);
    },
  };
}
