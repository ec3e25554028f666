import { expect, test } from "bun:test";
import { Type as t } from "@sinclair/typebox";
import { explainMismatch } from "../../src/core/mismatch.ts";

const Person = t.Object(
  {
    on_call: t.Boolean(),
    days: t.Optional(t.Integer({ maximum: 3 })),
    teams: t.Optional(t.Array(t.Object({ id: t.String({ minLength: 1 }) }))),
    site: t.Optional(t.Union([t.Literal("berlin"), t.Literal("lisbon")])),
    at: t.Optional(t.String({ pattern: "^\\d+$", title: "a time" })),
    id: t.Optional(t.Union([t.Literal("none"), t.Number()])),
  },
  { additionalProperties: false },
);

test.each<[unknown, string]>([
  [{}, "on_call: is missing"],
  [{ on_call: "yes" }, "on_call: expected a boolean"],
  [{ on_call: true, days: 1.5 }, "days: expected an integer"],
  [{ on_call: true, days: 4 }, "days: expected integer to be less or equal to 3"],
  [{ on_call: true, teams: [{ id: "a" }, { id: 7 }] }, "teams.1.id: expected a string"],
  [{ on_call: true, teams: [{ id: "" }] }, "teams.0.id: is empty"],
  [{ on_call: true, site: "moon" }, 'site: expected one of "berlin", "lisbon"'],
  [{ on_call: true, at: "noon" }, "at: expected a time"],
  [{ on_call: true, id: "some" }, "id: expected union value"],
  [{ on_call: true, oncall: true }, "oncall: is an unknown key"],
  [["secret"], "expected an object"],
  [null, "expected an object"],
])("%j is told as %s", (value, text) => {
  expect(explainMismatch(Person, value)).toBe(text);
});

test("nothing is said of what a value that fits holds", () => {
  expect(explainMismatch(Person, { on_call: true })).toBe("not as expected");
});
