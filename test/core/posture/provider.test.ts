import { describe, expect, test } from "bun:test";
import type { PostureCheck, ProviderCondition, ProviderPostureType } from "../../../src/core/model.ts";
import { device, has, judges, LOST, MINUTE_MS, NONE, NOW, outcomeOf, ruleOf } from "./posture-table.ts";

type ProviderCheck = Extract<PostureCheck, { type: ProviderPostureType }>;

const asks = (...conditions: ProviderCondition[]): ProviderCheck => ({
  type: "custom_s2s",
  connection: "edr",
  conditions,
});

const says = (record: Record<string, string | number | boolean>) => ({
  "device.provider:edr": has(new Map(Object.entries(record))),
});

judges("A score above 60", asks({ field: "score", kind: "number", operator: ">", value: 60 }), [
  ["it is higher", says({ score: 61 }), "match"],
  ["it is 60", says({ score: 60 }), "no_match"],
  ["it is no number", says({ score: "61" }), "malformed"],
  ["it is NaN", says({ score: Number.NaN }), "malformed"],
  ["it is infinite", says({ score: Number.POSITIVE_INFINITY }), "malformed"],
  ["it is infinitely low", says({ score: Number.NEGATIVE_INFINITY }), "malformed"],
  ["it was left out", says({ risk: 61 }), "missing"],
  ["the provider does not know the device", { "device.provider:edr": NONE }, "missing"],
  ["the provider did not answer", { "device.provider:edr": LOST }, "timeout"],
  ["another connection was asked", { "device.provider:mdm": has(new Map([["score", 61]])) }, "not_provided"],
]);

describe("Every operator on numbers", () => {
  const table = [
    ["<", ["match", "no_match", "no_match"]],
    ["<=", ["match", "match", "no_match"]],
    ["==", ["no_match", "match", "no_match"]],
    [">=", ["no_match", "match", "match"]],
    [">", ["no_match", "no_match", "match"]],
  ] as const;
  for (const [operator, expected] of table)
    test(`${operator} of 50, for 49, 50 and 51`, () => {
      const rule = ruleOf(asks({ field: "score", kind: "number", operator, value: 50 }));
      expect([49, 50, 51].map((score) => outcomeOf(rule, device(says({ score }))))).toEqual([...expected]);
    });
});

judges(
  "A sensor of version 6.28 or later",
  asks({ field: "version", kind: "version", operator: ">=", value: "6.28" }),
  [
    ["it is later", says({ version: "6.101.3" }), "match"],
    ["it is older, though its text sorts later", says({ version: "6.3" }), "no_match"],
    ["it has a suffix that only the provider understands", says({ version: "6.28-7" }), "malformed"],
    ["it is a number, of which 6.30 would be 6.3", says({ version: 6.3 }), "malformed"],
    ["it is no version", says({ version: "new" }), "malformed"],
    ["it was left out", says({}), "missing"],
  ],
);

judges(
  "A state that is one of two",
  asks({ field: "state", kind: "one_of", values: ["online", "unknown"] }),
  [
    ["it is one", says({ state: "online" }), "match"],
    ["it is another", says({ state: "offline" }), "no_match"],
    ["it is no text", says({ state: true }), "malformed"],
    ["it was left out", says({}), "missing"],
  ],
);

judges("An infection that is none", asks({ field: "infected", kind: "boolean", value: false }), [
  ["it is none", says({ infected: false }), "match"],
  ["it is one", says({ infected: true }), "no_match"],
  ["it is a word", says({ infected: "false" }), "malformed"],
  ["it is a number", says({ infected: 0 }), "malformed"],
  ["it was left out", says({}), "missing"],
]);

const at = (moment: number) => says({ last_seen: new Date(moment).toISOString() });

judges("Seen within the hour", asks({ field: "last_seen", kind: "age", operator: "<=", seconds: 3_600 }), [
  ["a minute ago", at(NOW - MINUTE_MS), "match"],
  ["an hour ago", at(NOW - 60 * MINUTE_MS), "match"],
  ["a millisecond longer ago", at(NOW - 60 * MINUTE_MS - 1), "no_match"],
  ["by a clock a little ahead", at(NOW + 5_000), "match"],
  ["in the future", at(NOW + 5_001), "from_the_future"],
  ["in another zone", says({ last_seen: "2026-01-15T13:59:00+02:00" }), "match"],
  ["at no time of any zone", says({ last_seen: "2026-01-15T11:59:00" }), "malformed"],
  ["on a day that does not exist", says({ last_seen: "2026-13-15T11:59:00Z" }), "malformed"],
  ["at a number of who knows what", says({ last_seen: NOW - MINUTE_MS }), "malformed"],
  ["recently", says({ last_seen: "recently" }), "malformed"],
  ["nobody knows when", says({}), "missing"],
]);

judges("Not seen for a day", asks({ field: "last_seen", kind: "age", operator: ">", seconds: 86_400 }), [
  ["for two", at(NOW - 2 * 86_400_000), "match"],
  ["by a clock a little ahead", at(NOW + 5_000), "no_match"],
  ["in the future", at(NOW + 86_400_000), "from_the_future"],
]);

judges("Seen at all", asks({ field: "last_seen", kind: "age", operator: ">=", seconds: 0 }), [
  ["by a clock a little ahead", at(NOW + 5_000), "match"],
]);

judges(
  "Two conditions",
  asks(
    { field: "score", kind: "number", operator: ">", value: 60 },
    { field: "infected", kind: "boolean", value: false },
  ),
  [
    ["both hold", says({ score: 61, infected: false }), "match"],
    ["one does not", says({ score: 61, infected: true }), "no_match"],
    ["one was left out", says({ score: 61 }), "missing"],
    ["one was left out, the other does not hold", says({ score: 1 }), "no_match"],
  ],
);

for (const [sentence, check] of [
  ["No condition", asks()],
  ["A score above NaN", asks({ field: "score", kind: "number", operator: ">", value: Number.NaN })],
  ["An age below NaN", asks({ field: "score", kind: "age", operator: "<", seconds: Number.NaN })],
  ["A version that is none", asks({ field: "score", kind: "version", operator: ">", value: "new" })],
] as const)
  judges(sentence, check, [["is never met, and never failed", says({ score: 61 }), "unsupported"]]);
