import { describe, expect, test } from "bun:test";
import { findDisagreement, sameDecisions } from "./agreement.ts";
import type { Evaluator } from "./case.ts";
import { seededDice } from "./dice.ts";
import { oracle } from "./engine.ts";
import { SEEDED_FAULTS } from "./seeded-faults.ts";
import { exploreScope } from "./small-scope.ts";
import { SCOPE_THEOREMS } from "./small-scope-theorems.ts";
import { findViolation, THEOREMS } from "./theorems.ts";

const SEED = 7;
const TIMEOUT_MS = 180_000;

/** Whether one of so many draws breaks the theorem. */
function isBroken(name: string, evaluator: Evaluator, draws: number): boolean {
  const theorem = THEOREMS[name];
  if (theorem === undefined) throw new Error(`there is no theorem "${name}"`);
  const dice = seededDice(SEED);
  for (let i = 0; i < draws; i++) if (findViolation(theorem, evaluator, dice) !== null) return true;
  return false;
}

describe("an evaluator that differs in one point is caught within 10,000 requests, where", () => {
  for (const [name, { faulty }] of Object.entries(SEEDED_FAULTS))
    test(
      name,
      () => {
        expect(findDisagreement(faulty, oracle, sameDecisions(SEED, 10_000))).not.toBeNull();
      },
      TIMEOUT_MS,
    );
});

describe("a theorem catches it without any comparison within 10,000 requests, where", () => {
  for (const [name, { faulty, breaks }] of Object.entries(SEEDED_FAULTS))
    for (const theorem of breaks)
      test(
        `${name}: ${theorem}`,
        () => {
          expect(isBroken(theorem, faulty, 10_000)).toBe(true);
        },
        TIMEOUT_MS,
      );
});

test("each theorem is broken by one of the faults, so that none of them holds of everything", () => {
  const broken = Object.values(SEEDED_FAULTS).flatMap(({ breaks }) => breaks);
  expect(Object.keys(THEOREMS).filter((theorem) => !broken.includes(theorem))).toEqual([]);
});

describe("the naive evaluator itself breaks none in 1,000:", () => {
  for (const theorem of Object.keys(THEOREMS))
    test(
      theorem,
      () => {
        expect(isBroken(theorem, oracle, 1_000)).toBe(false);
      },
      TIMEOUT_MS,
    );
});

describe("in the small scope", () => {
  const bounds = { atoms: 2, maxRules: 3, policies: 2 };
  const broken = (evaluator: Evaluator) => {
    const scope = exploreScope(evaluator, bounds);
    return Object.keys(SCOPE_THEOREMS).filter((name) => SCOPE_THEOREMS[name]?.(scope) !== null);
  };
  const completion = "a permit holds for every completion of what is unknown";

  test(
    "nothing is wrong with the naive evaluator",
    () => {
      expect(broken(oracle)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  for (const name of ["what is unknown counts as no match", "a Block that cannot be decided is skipped"])
    test(
      `permits that ignorance grants are found, where ${name}`,
      () => {
        const { faulty } = SEEDED_FAULTS[name] ?? { faulty: oracle };
        expect(broken(faulty)).toContain(completion);
      },
      TIMEOUT_MS,
    );
});

test("a disagreement is shown by as little as it takes: an Include that matches and an Exclude that may", () => {
  const { faulty } = SEEDED_FAULTS["an Exclude that cannot be decided excludes nobody"] ?? { faulty: oracle };
  const smallest = findDisagreement(faulty, oracle, sameDecisions(SEED, 10_000))?.smallest;
  expect(smallest?.application.policies).toHaveLength(1);
  const [policy] = smallest?.application.policies ?? [];
  expect(policy?.include).toHaveLength(1);
  expect(policy?.exclude).toHaveLength(1);
  expect(policy?.require).toEqual([]);
});
