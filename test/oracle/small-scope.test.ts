import { beforeAll, describe, expect, test } from "bun:test";
import { engine } from "./engine.ts";
import { exploreScope, type ScopeBounds, type SmallScope } from "./small-scope.ts";
import { SCOPE_THEOREMS } from "./small-scope-theorems.ts";

const TIMEOUT_MS = 180_000;

/** Each scope whole, and how many decisions the engine takes in it: four and a half million in all. */
const SCOPES: readonly { of: string; bounds: ScopeBounds; decisions: number }[] = [
  { of: "one policy of any rules", bounds: { atoms: 3, maxRules: 9, policies: 1 }, decisions: 48_411 },
  { of: "two policies of any rules", bounds: { atoms: 2, maxRules: 6, policies: 2 }, decisions: 333_513 },
  { of: "two policies of three rules", bounds: { atoms: 3, maxRules: 3, policies: 2 }, decisions: 3_354_939 },
  { of: "three policies of two rules", bounds: { atoms: 2, maxRules: 2, policies: 3 }, decisions: 784_485 },
];

for (const { of, bounds, decisions } of SCOPES)
  describe(`of every application with up to ${of} about ${bounds.atoms} facts, whatever these are`, () => {
    let scope: SmallScope;

    beforeAll(() => {
      scope = exploreScope(engine, bounds);
    }, TIMEOUT_MS);

    test(`${decisions} decisions are taken`, () => {
      expect(scope.decisions).toBe(decisions);
    });

    for (const [name, theorem] of Object.entries(SCOPE_THEOREMS))
      test(
        name,
        () => {
          expect(theorem(scope)).toBeNull();
        },
        TIMEOUT_MS,
      );
  });

describe("of every policy about 3 facts, whatever these are", () => {
  const bounds = { atoms: 3, maxRules: 9, policies: 1 };
  const { permitted } = exploreScope(engine, bounds);

  test("order inside a rule list is irrelevant", () => {
    expect(exploreScope(engine, bounds, (rules) => rules.toReversed()).permitted).toEqual(permitted);
  });

  test("repeating rules is irrelevant", () => {
    expect(exploreScope(engine, bounds, (rules) => [...rules, ...rules]).permitted).toEqual(permitted);
  });
});
