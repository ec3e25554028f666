import type { FactName } from "../attribute.ts";
import type { Facts } from "../fact.ts";
import type { List, PostureRule } from "../model.ts";
import { type CompiledPosture, compilePostureRule } from "./posture.ts";

/** A part of a score: a posture rule, null for one that does not exist, and how much it weighs. */
export interface ScorePart {
  readonly rule: PostureRule | null;
  readonly weight: number;
}

/** A score of devices, ready to be counted. */
export interface CompiledScore {
  /** Names of the facts that it may read. */
  readonly facts: readonly FactName[];
  /** What a device gets of which nothing is known, or which cannot be told from another. */
  readonly unhealthy: number;
  /** A whole number from 0 to 100. Only a match counts: what is unknown has failed. */
  count(facts: Facts, now: number): number;
}

/** Compiles a score; `healthy` says which end of the scale a device gets that meets every rule. */
export function compileScore(
  parts: readonly ScorePart[],
  healthy: "high" | "low",
  lists: ReadonlyMap<string, List>,
): CompiledScore {
  const compiled = parts.map(({ rule, weight }) => ({
    posture: rule === null ? null : compilePostureRule(rule, lists),
    weight,
  }));
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const facts = new Set(compiled.flatMap(({ posture }) => posture?.facts ?? []));
  const meets = (posture: CompiledPosture | null, known: Facts, now: number) =>
    posture?.judge(known, now).verdict === "match";
  return {
    facts: [...facts],
    unhealthy: healthy === "high" ? 0 : 100,
    count(known, now) {
      let met = 0;
      for (const { posture, weight } of compiled) if (meets(posture, known, now)) met += weight;
      // Rounded down, so that only a device that meets every rule is wholly healthy.
      const health = total === 0 ? 0 : Math.floor((100 * met) / total);
      return healthy === "high" ? health : 100 - health;
    },
  };
}
