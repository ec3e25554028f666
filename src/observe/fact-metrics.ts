import { Histogram, type Registry } from "prom-client";
import type { FactName } from "../core/attribute.ts";
import { current, type Facts } from "../core/fact.ts";

/** What a decision rested on. */
export type RecordFacts = (facts: Facts, used: readonly FactName[], now: number) => void;

/** From what a request says itself to a month, in seconds. */
const AGE_BUCKETS = [1, 5, 30, 60, 300, 900, 3_600, 14_400, 86_400, 604_800, 2_592_000];

/** Registers the age of facts. */
export function registerFactMetrics(registry: Registry): RecordFacts {
  const age = new Histogram({
    name: "fact_age_seconds",
    help: "Age of the facts that decisions could rest on",
    labelNames: ["source"],
    buckets: AGE_BUCKETS,
    registers: [registry],
  });
  return (facts, used, now) => {
    for (const name of used) {
      const fact = current<unknown>(facts[name], now);
      if (fact.state === "unknown") continue;
      age.observe({ source: fact.source }, Math.max(now - fact.learntAt, 0) / 1000);
    }
  };
}
