import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Facts, known } from "../../../src/core/fact.ts";
import type { Operator, PostureRule, ProviderCondition } from "../../../src/core/model.ts";
import { compilePostureRule } from "../../../src/core/posture/posture.ts";
import { has, NOW, ruleOf } from "./posture-table.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FOR_EVER = Number.POSITIVE_INFINITY;

/** When the judgement of a rule may turn next, counted from now. */
function turnOf(rule: PostureRule, facts: Facts): number {
  const { turnsAt } = compilePostureRule(rule, new Map());
  return turnsAt === null ? FOR_EVER : turnsAt({ "device.id": has("9ece5fab"), ...facts }, NOW) - NOW;
}

function learnt<T>(value: T, agoMs: number) {
  return known(value, { source: "test", learntAt: NOW - agoMs, expiresAt: FOR_EVER });
}

function seen(operator: Operator, seconds: number): PostureRule {
  const condition: ProviderCondition = { kind: "age", field: "last_seen", operator, seconds };
  return ruleOf({ type: "crowdstrike_s2s", connection: "cs", conditions: [condition] });
}

function seenAgo(agoMs: number): Facts {
  const at = new Date(NOW - agoMs).toISOString();
  return { "device.provider:cs": has(new Map([["last_seen", at]])) };
}

describe("the judgement of a posture rule may turn", () => {
  const disk = ruleOf({ type: "disk_encryption", requireAll: true, disks: [] });
  const hourly = { ...disk, expirationMs: HOUR_MS };
  const encrypted = new Map([["C:", true]]);

  test("when what was learnt is as old as the rule allows", () => {
    expect(turnOf(hourly, { "device.disks": learnt(encrypted, HOUR_MS - 10_000) })).toBe(10_000);
  });

  test("when what Access asserted is", () => {
    const asserted = learnt({ success: true }, HOUR_MS - 10_000);
    expect(turnOf(hourly, { "device.asserted_posture:rule-1": asserted })).toBe(10_000);
  });

  test("when the first of both is; one that is too old already turns nothing", () => {
    const asserted = (agoMs: number) => ({
      "device.asserted_posture:rule-1": learnt({ success: true }, agoMs),
    });
    const disks = { "device.disks": learnt(encrypted, 0) };
    expect(turnOf(hourly, { ...disks, ...asserted(HOUR_MS / 2) })).toBe(HOUR_MS / 2);
    expect(turnOf(hourly, { ...disks, ...asserted(HOUR_MS) })).toBe(HOUR_MS);
  });

  test("when an antivirus was updated too long ago", () => {
    const facts = { "device.antivirus_updated_at": has(NOW - DAY_MS + 10_000) };
    expect(turnOf(ruleOf({ type: "antivirus", updateWindowDays: 1 }), facts)).toBe(10_000);
    expect(turnOf(ruleOf({ type: "antivirus", updateWindowDays: null }), facts)).toBe(FOR_EVER);
  });

  test("when a device was last seen too long ago", () => {
    expect(turnOf(seen("<=", 60), seenAgo(50_000))).toBe(10_000);
    expect(turnOf(seen("<=", 60), seenAgo(61_000))).toBe(FOR_EVER);
  });

  test("never, where neither its age nor a time in it counts", () => {
    expect(turnOf(disk, { "device.disks": learnt(encrypted, DAY_MS) })).toBe(FOR_EVER);
  });
});

test("until then, what is decided stays decided", () => {
  const operator = fc.constantFrom<Operator>("<", "<=", "==", ">=", ">");
  const moment = fc.integer({ min: 0, max: 10_000 });
  const expirationMs = fc.option(fc.integer({ min: 1, max: 10_000 }));
  const drawn = fc.record({ operator, windowMs: moment, agoMs: moment, expirationMs, laterMs: moment });
  fc.assert(
    fc.property(drawn, ({ operator, windowMs, agoMs, expirationMs, laterMs }) => {
      const rule = { ...seen(operator, windowMs / 1_000), expirationMs };
      const facts: Facts = { "device.id": has("9ece5fab"), ...seenAgo(agoMs) };
      const { judge, turnsAt } = compilePostureRule(rule, new Map());
      const until = turnsAt?.(facts, NOW) ?? FOR_EVER;
      const now = judge(facts, NOW);
      if (NOW + laterMs < until && now.verdict !== "unknown") {
        expect(judge(facts, NOW + laterMs)).toBe(now);
      }
    }),
    { numRuns: 2_000 },
  );
});
