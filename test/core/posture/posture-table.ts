import { describe, expect, test } from "bun:test";
import { absent, type Facts, type Known, known, unknown } from "../../../src/core/fact.ts";
import type { List, PostureCheck, PostureRule } from "../../../src/core/model.ts";
import { compilePostureRule } from "../../../src/core/posture/posture.ts";
import type { UnknownReason } from "../../../src/core/reason.ts";

/** The moment of every judgement. */
export const NOW = Date.UTC(2026, 0, 15, 12);
export const MINUTE_MS = 60_000;

const FRESH = { source: "osquery", learntAt: NOW - MINUTE_MS, expiresAt: NOW + MINUTE_MS };

/** A fact that our own source stands for. */
export function has<T>(value: T): Known<T> {
  return known(value, FRESH);
}

/** A set of which the source saw only a part. */
export function hasPart<T>(value: T): Known<T> {
  return known(value, FRESH, false);
}

/** The source looked, and there is none. */
export const NONE = absent(FRESH);
/** The source was asked and did not answer. */
export const LOST = unknown("timeout");

/** What is judged: one device that is known by name, and these facts about it. */
export function device(facts: Facts): Facts {
  return { "device.id": has("9ece5fab"), ...facts };
}

const place = { file: "posture.yaml", line: 1, column: 1 };

export function ruleOf(check: PostureCheck, changes: Partial<PostureRule> = {}): PostureRule {
  const rule = { id: "rule-1", name: "rule", check, platforms: [], expirationMs: null };
  return { ...rule, acknowledge: new Map(), place, ...changes };
}

export const LISTS: ReadonlyMap<string, List> = new Map([
  ["laptops", listOf("laptops", "SERIAL", ["C02XK0AAJG5H", "pf-2abc"])],
  ["phones", listOf("phones", "DEVICE", ["123e4567-e89b-12d3-a456-426614174000"])],
]);

function listOf(id: string, type: string, values: readonly string[]): List {
  return { id, name: id, type, values, acknowledge: new Map(), place };
}

/** Match, no match, or why it is unknown. */
export type Outcome = "match" | "no_match" | UnknownReason;

export function outcomeOf(rule: PostureRule, facts: Facts, now = NOW): Outcome {
  const { verdict, why } = compilePostureRule(rule, LISTS).judge(facts, now);
  return why ?? verdict;
}

/** One test per row: what the device is like, what is known of it, what the check says. */
export function judges(
  title: string,
  check: PostureCheck,
  rows: readonly (readonly [sentence: string, facts: Facts, expected: Outcome])[],
): void {
  describe(title, () => {
    for (const [sentence, facts, expected] of rows)
      test(`${sentence}: ${expected}`, () => {
        expect(outcomeOf(ruleOf(check), device(facts))).toBe(expected);
      });
  });
}
