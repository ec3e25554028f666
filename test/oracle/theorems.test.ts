import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { arbitraryDice } from "./arbitraries.ts";
import { engine } from "./engine.ts";
import { findViolation, THEOREMS } from "./theorems.ts";

const TIMEOUT_MS = 180_000;

/** Random policy sets with facts in every state; a failure is shrunk, and printed with both cases. */
describe("of every policy set and every request", () => {
  for (const [name, theorem] of Object.entries(THEOREMS))
    test(
      name,
      () => {
        fc.assert(
          fc.property(arbitraryDice, (freshDice) => {
            expect(findViolation(theorem, engine, freshDice())).toBeNull();
          }),
          { numRuns: 2_000 },
        );
      },
      TIMEOUT_MS,
    );
});
