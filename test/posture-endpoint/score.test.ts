import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type FactsDraft, known, unknown } from "../../src/core/fact.ts";
import { put } from "../../src/core/fact-json.ts";
import type { PostureRule } from "../../src/core/model.ts";
import { compileScore } from "../../src/core/posture/score.ts";
import { NOON, NOWHERE, said } from "../support/records.ts";

/** A rule that asks for `own.<name>` to be true. */
function ruleOf(name: string): PostureRule {
  return {
    id: name,
    name,
    check: { type: "attribute", attribute: name, operator: "==", value: true },
    platforms: [],
    expirationMs: null,
    acknowledge: new Map(),
    place: NOWHERE,
  };
}

const PARTS = [
  { rule: ruleOf("disk"), weight: 3 },
  { rule: ruleOf("firewall"), weight: 2 },
  { rule: ruleOf("edr"), weight: 2 },
];

function countOf(met: Readonly<Record<string, boolean | null>>, healthy: "high" | "low"): number {
  const facts: FactsDraft = {};
  for (const [name, holds] of Object.entries(met)) {
    put(facts, `own.${name}`, holds === null ? unknown("timeout") : known(holds, said("test")));
  }
  return compileScore(PARTS, healthy, new Map()).count(facts, NOON);
}

describe("a score", () => {
  test.each([
    [{ disk: true, firewall: true, edr: true }, 100],
    [{ disk: true, firewall: true, edr: false }, 71],
    [{ disk: true, firewall: true, edr: null }, 71],
    [{ disk: false, firewall: true, edr: true }, 57],
    [{ disk: false, firewall: false, edr: false }, 0],
    [{}, 0],
  ] as const)("of %j is %i where high is healthy, and the rest of 100 where low is", (met, score) => {
    expect(countOf(met, "high")).toBe(score);
    expect(countOf(met, "low")).toBe(100 - score);
  });

  test("counts a rule that has gone as failed", () => {
    const parts = [...PARTS, { rule: null, weight: 7 }];
    const facts: FactsDraft = {};
    for (const name of ["disk", "firewall", "edr"]) put(facts, `own.${name}`, known(true, said("test")));
    expect(compileScore(parts, "high", new Map()).count(facts, NOON)).toBe(50);
  });

  test("ignorance never makes a device healthier, and only all of it is whole", () => {
    const value = fc.constantFrom(true, false, null);
    fc.assert(
      fc.property(fc.record({ disk: value, firewall: value, edr: value }), (met) => {
        const failed = Object.fromEntries(Object.entries(met).map(([name, holds]) => [name, holds === true]));
        const score = countOf(met, "high");
        expect(score).toBe(countOf(failed, "high"));
        expect(score === 100).toBe(Object.values(met).every((holds) => holds === true));
        expect(Number.isInteger(score)).toBe(true);
      }),
    );
  });
});
