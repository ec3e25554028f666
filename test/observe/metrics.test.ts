import { expect, test } from "bun:test";
import { createMetrics } from "../../src/observe/metrics.ts";
import { applicationNamed, NOON, permitBy, policyNamed } from "../support/records.ts";

async function lines(metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> {
  const text = await metrics.registry.metrics();
  return text.split("\n").filter((line) => line.startsWith(name));
}

test("a decision is counted by application, outcome, reason and cause, and timed", async () => {
  const metrics = createMetrics();
  metrics.recordDecision(applicationNamed("wiki"), permitBy(policyNamed("Engineers")), 0.002);
  expect(await lines(metrics, "decisions_total")).toEqual([
    'decisions_total{application="wiki",outcome="permit",reason="policy_allowed",cause="known"} 1',
  ]);
  expect(await lines(metrics, "decision_duration_seconds_count")).toEqual([
    "decision_duration_seconds_count 1",
  ]);
});

test("an operator can alert on denials for want of knowledge", async () => {
  const metrics = createMetrics();
  const undecided = {
    outcome: "deny",
    reason: "undecided",
    policy: null,
    effect: null,
    cause: "unknown",
  } as const;
  metrics.recordDecision(applicationNamed("wiki"), undecided, 0.1);
  expect(await lines(metrics, 'decisions_total{application="wiki",outcome="deny"')).toEqual([
    'decisions_total{application="wiki",outcome="deny",reason="undecided",cause="unknown"} 1',
  ]);
});

test("calls of External Evaluation are counted by how they ended", async () => {
  const metrics = createMetrics();
  metrics.recordEvaluation("permit");
  metrics.recordEvaluation("invalid_token");
  metrics.recordEvaluation("permit");
  expect(await lines(metrics, "evaluations_total")).toEqual([
    'evaluations_total{result="permit"} 2',
    'evaluations_total{result="invalid_token"} 1',
  ]);
});

test("a failed reload shows while the last good revision keeps serving", async () => {
  const metrics = createMetrics();
  metrics.recordReload("r1", NOON);
  metrics.recordReload("r2", NOON + 1000);
  metrics.recordFailedReload();
  expect(await lines(metrics, "policy_")).toEqual([
    'policy_reloads_total{result="ok"} 2',
    'policy_reloads_total{result="failed"} 1',
    "policy_last_reload_successful 0",
    `policy_loaded_timestamp_seconds ${(NOON + 1000) / 1000}`,
    'policy_info{revision="r2"} 1',
  ]);
});

test("two services in one process count apart", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.recordEvaluation("deny");
  expect(await lines(other, "evaluations_total")).toEqual([]);
});
