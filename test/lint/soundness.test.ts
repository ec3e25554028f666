import { describe, expect, test } from "bun:test";
import { seededDice } from "../oracle/dice.ts";
import { CLAIMS, type Claim, drawClaims, drawUnfoundedClaims, findContradiction } from "./soundness.ts";

const MAX_SETS = 600;
const MAX_CLAIMS = 200;
const REQUESTS = 50;
const TIMEOUT_MS = 180_000;

type DrawClaims = typeof drawClaims;

/** Claims about random policy sets, each put to random requests; how many stood, and those that did not. */
function tryClaims(rule: string, drawSome: DrawClaims, seed: number) {
  const dice = seededDice(seed);
  const holds = CLAIMS[rule];
  if (holds === undefined) throw new Error(`there is no claim of ${rule}`);
  const claims: Claim[] = [];
  for (let set = 0; set < MAX_SETS && claims.length < MAX_CLAIMS; set++) claims.push(...drawSome(dice, rule));
  const contradictions = claims
    .slice(0, MAX_CLAIMS)
    .flatMap((claim) => findContradiction(claim, holds, dice, REQUESTS) ?? []);
  return { contradictions, claims: claims.length };
}

describe.each(Object.keys(CLAIMS))("what %s says of a policy", (rule) => {
  test(
    "is contradicted by no request",
    () => {
      const { contradictions, claims } = tryClaims(rule, drawClaims, 1);
      expect(contradictions.slice(0, 1)).toEqual([]);
      expect(claims).toBeGreaterThan(50);
    },
    TIMEOUT_MS,
  );

  test(
    "is contradicted by some, where it is said of policies that lint does not report",
    () => {
      const { contradictions } = tryClaims(rule, drawUnfoundedClaims, 2);
      expect(contradictions.length).toBeGreaterThan(20);
    },
    TIMEOUT_MS,
  );
});
