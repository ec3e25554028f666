import { expect, test } from "bun:test";
import { Registry } from "prom-client";
import { known, unknown } from "../../src/core/fact.ts";
import { registerFactMetrics } from "../../src/observe/fact-metrics.ts";
import { registerKeyMetrics } from "../../src/observe/key-metrics.ts";
import { createMetrics, renderFigures } from "../../src/observe/metrics.ts";
import { registerProcessMetrics } from "../../src/observe/process-metrics.ts";
import { registerProviderMetrics } from "../../src/observe/provider-metrics.ts";
import { registerSessionMetrics } from "../../src/observe/session-metrics.ts";
import { NOON, said } from "../support/records.ts";

async function linesOf(registry: Registry, start: string): Promise<string[]> {
  return (await registry.metrics()).split("\n").filter((line) => line.startsWith(start));
}

test("facts are as old as their source says, and what is unknown has no age", async () => {
  const registry = new Registry();
  const record = registerFactMetrics(registry);
  const facts = {
    "identity.subject": known("ada", said("access", 30_000)),
    "network.country": unknown("timeout", "geoip"),
  };
  record(facts, ["identity.subject", "network.country", "device.id"], NOON);
  expect(await linesOf(registry, "fact_age_seconds_sum")).toEqual([
    'fact_age_seconds_sum{source="access"} 30',
  ]);
  expect(await linesOf(registry, "fact_age_seconds_count")).toEqual([
    'fact_age_seconds_count{source="access"} 1',
  ]);
});

test("logins and revocations are counted, and what is remembered is read when somebody looks", async () => {
  const registry = new Registry();
  const { recordLogin, recordRevocation, watchCache } = registerSessionMetrics(registry);
  recordLogin(true);
  recordLogin(false);
  recordRevocation("device", false);
  let hits = 1;
  watchCache(() => ({ hits, misses: 2, size: 3 }));
  hits = 5;
  expect(await linesOf(registry, "logins_total")).toEqual([
    'logins_total{outcome="permit"} 1',
    'logins_total{outcome="deny"} 1',
  ]);
  expect(await linesOf(registry, "revocations_total")).toEqual([
    'revocations_total{kind="device",durable="false"} 1',
  ]);
  expect(await linesOf(registry, "session_cache")).toEqual([
    'session_cache_lookups_total{result="hit"} 5',
    'session_cache_lookups_total{result="miss"} 2',
    "session_cache_entries 3",
  ]);
});

test("a key tells since when it signs and when the next is to take over", async () => {
  const registry = new Registry();
  const key = {
    purpose: "evaluation",
    activatedAt: NOON,
    rotatesAt: NOON + 60_000,
    lastSeenAt: NOON - 1_000,
  };
  registerKeyMetrics(registry, () => [key]);
  expect(await linesOf(registry, "signing_key")).toEqual([
    `signing_key_activated_timestamp_seconds{purpose="evaluation"} ${NOON / 1_000}`,
    `signing_key_rotation_timestamp_seconds{purpose="evaluation"} ${NOON / 1_000 + 60}`,
    `signing_keys_last_refresh_timestamp_seconds{purpose="evaluation"} ${NOON / 1_000 - 1}`,
  ]);
});

test("a process that stood still says so once", async () => {
  const registry = new Registry();
  const stop = registerProcessMetrics(registry);
  Bun.sleepSync(300);
  await Bun.sleep(150);
  const lag = async () => Number((await linesOf(registry, "event_loop_lag_seconds"))[0]?.split(" ")[1]);
  expect(await lag()).toBeGreaterThan(0.15);
  expect(await lag()).toBe(0);
  stop();
});

test("of several processes that ask one provider, one that has given up is seen", async () => {
  const processes = [true, false].map((isAnswering) => {
    const metrics = createMetrics();
    const figures = {
      name: "mdm",
      isAnswering,
      inFlight: 2,
      sinceAnswerMs: 1_000,
      pollLagMs: null,
      retryAfterMs: 0,
    };
    registerProviderMetrics(metrics.registry, async () => [figures]);
    return metrics.figures();
  });
  const lines = (await renderFigures(await Promise.all(processes))).split("\n");
  expect(lines).toContain('provider_answering{provider="mdm"} 0');
  expect(lines).toContain('provider_in_flight{provider="mdm"} 4');
  expect(lines).toContain('provider_since_answer_seconds{provider="mdm"} 1');
});
