import { Counter, Histogram, type Registry } from "prom-client";

/** A call to the store ended, with one of the store's error codes where it failed. */
export type RecordStoreCall = (operation: string, seconds: number, error: string | null) => void;

/** From a store in this process to the longest that a call may take, in seconds. */
const DURATION_BUCKETS = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** Registers the figures of the store. */
export function registerStoreMetrics(registry: Registry): RecordStoreCall {
  const registers = [registry];
  const duration = new Histogram({
    name: "store_call_duration_seconds",
    help: "Time that a call to the store took, failed or not",
    labelNames: ["operation"],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: "store_errors_total",
    help: "Calls to the store that failed",
    labelNames: ["operation", "code"],
    registers,
  });
  return (operation, seconds, code) => {
    duration.observe({ operation }, seconds);
    if (code !== null) errors.inc({ operation, code });
  };
}
