import { describe, expect, test } from "bun:test";
import type { OwnValue } from "../../../src/core/attribute.ts";
import type { PostureCheck } from "../../../src/core/model.ts";
import { has, hasPart, judges, LOST, NONE, outcomeOf, ruleOf } from "./posture-table.ts";

type AttributeCheck = Extract<PostureCheck, { type: "attribute" }>;

const asks = (operator: AttributeCheck["operator"], value: AttributeCheck["value"]): AttributeCheck => ({
  type: "attribute",
  attribute: "score",
  operator,
  value,
});

const is = (value: OwnValue) => ({ "own.score": has(value) });

describe("Every operator on numbers", () => {
  const table = [
    ["<", ["match", "no_match", "no_match"]],
    ["<=", ["match", "match", "no_match"]],
    ["==", ["no_match", "match", "no_match"]],
    ["!=", ["match", "no_match", "match"]],
    [">=", ["no_match", "match", "match"]],
    [">", ["no_match", "no_match", "match"]],
  ] as const;
  for (const [operator, expected] of table)
    test(`${operator} of 50, for 49, 50 and 51`, () => {
      const outcomes = [49, 50, 51].map((value) => outcomeOf(ruleOf(asks(operator, 50)), is(value)));
      expect(outcomes).toEqual([...expected]);
    });
});

for (const operator of ["<", "<=", "==", "!=", ">=", ">"] as const)
  judges(`${operator} of a number, asked of what is none`, asks(operator, 50), [
    ["a text", is("50"), "malformed"],
    ["a truth", is(true), "malformed"],
    ["a set", is(new Set(["50"])), "malformed"],
    ["NaN", is(Number.NaN), "malformed"],
    ["infinity", is(Number.POSITIVE_INFINITY), "malformed"],
    ["the other infinity", is(Number.NEGATIVE_INFINITY), "malformed"],
    ["none", { "own.score": NONE }, "missing"],
    ["no answer", { "own.score": LOST }, "timeout"],
    ["no source", {}, "not_provided"],
  ]);

judges("A text that is another", asks("==", "gold"), [
  ["the same", is("gold"), "match"],
  ["in another case", is("Gold"), "no_match"],
]);

judges("A text that is not another", asks("!=", "gold"), [
  ["another", is("tin"), "match"],
  ["the same", is("gold"), "no_match"],
  ["none, which might be any", { "own.score": NONE }, "missing"],
]);

judges("A truth", asks("==", true), [
  ["true", is(true), "match"],
  ["false", is(false), "no_match"],
  ["a word for it", is("true"), "malformed"],
  ["a number for it", is(1), "malformed"],
]);

judges("One of two texts", asks("in", ["gold", "silver"]), [
  ["one of them", is("silver"), "match"],
  ["a third", is("tin"), "no_match"],
  ["a number", is(1), "malformed"],
  ["a set", is(new Set(["gold"])), "malformed"],
  ["none", { "own.score": NONE }, "missing"],
]);

judges("A set that contains a text", asks("contains", "gold"), [
  ["it does", is(new Set(["gold", "tin"])), "match"],
  ["it does not", is(new Set(["tin"])), "no_match"],
  ["it is empty", is(new Set()), "no_match"],
  ["there is none", { "own.score": NONE }, "no_match"],
  ["the part that was learnt does", { "own.score": hasPart(new Set(["gold"])) }, "match"],
  ["the part that was learnt does not", { "own.score": hasPart(new Set(["tin"])) }, "incomplete"],
  ["it is a text that holds the text", is("gold"), "malformed"],
  ["the source did not answer", { "own.score": LOST }, "timeout"],
]);

for (const [sentence, check] of [
  ["A text below another", asks("<", "gold")],
  ["A truth above another", asks(">", true)],
  ["A number above NaN", asks(">", Number.NaN)],
  ["A number other than NaN", asks("!=", Number.NaN)],
  ["A value that is a list", asks("==", ["gold"])],
  ["In a text", asks("in", "gold")],
  ["Containing a list", asks("contains", ["gold"])],
  ["Containing a number", asks("contains", 1)],
] as const)
  judges(`${sentence} cannot be asked`, check, [
    ["of a text", is("gold"), "unsupported"],
    ["of a number", is(1), "unsupported"],
  ]);

test("an attribute may be a person's, so that no device need be named", () => {
  expect(outcomeOf(ruleOf(asks(">=", 50)), is(50))).toBe("match");
});

test("a name like one of Object's own is a name like any other", () => {
  const check: AttributeCheck = { ...asks("==", true), attribute: "constructor" };
  expect(outcomeOf(ruleOf(check), {})).toBe("not_provided");
  expect(outcomeOf(ruleOf(check), { "own.constructor": has(true) })).toBe("match");
});
