import { describe, expect, test } from "bun:test";
import type { TSchema } from "@sinclair/typebox";
import { findOwnSchemaFault } from "../../src/pip/find-own-schema-fault.ts";
import { findPluginFault } from "../../src/pip/find-plugin-fault.ts";
import { definePlugin, t } from "../../src/plugin.ts";

describe("an attribute of a plugin's own may be", () => {
  test.each<[string, TSchema]>([
    ["text within bounds", t.String({ minLength: 1, maxLength: 9, pattern: "^a", description: "A name." })],
    ["a number within bounds", t.Number({ minimum: 0, exclusiveMaximum: 1 })],
    ["a whole number", t.Integer({ title: "days", examples: [3] })],
    ["true or false", t.Boolean()],
    ["one of several", t.Union([t.Literal("a"), t.Literal(3), t.Boolean()])],
    ["a list of texts", t.Array(t.String(), { maxItems: 3, uniqueItems: true })],
    ["a list of alternatives", t.Array(t.Union([t.Literal("a"), t.Literal("b")]))],
  ])("%s", (_, schema) => {
    expect(findOwnSchemaFault(schema)).toBeNull();
  });
});

describe("an attribute of a plugin's own is refused where it is", () => {
  const kinds = "must be text, a number, a boolean, one of several, or a list of texts";
  test.each<[string, TSchema, string]>([
    [
      "text in a format, which no value would meet",
      t.String({ format: "email" }),
      'format "email" is not known; use minLength, maxLength, pattern',
    ],
    [
      "an option of another world",
      t.Boolean({ continuous: true }),
      "continuous means nothing here; leave it out",
    ],
    ["a default", t.Number({ default: 3 }), "default means nothing here; use minimum,"],
    ["a date", t.Date(), "a date is no value; tell a number, such as the days that are left"],
    ["an object", t.Object({}), kinds],
    ["anything", t.Unknown(), kinds],
    ["perhaps null", t.Union([t.String(), t.Null()]), kinds],
    [
      "a text in a format among others",
      t.Union([t.Literal("a"), t.String({ format: "uri" })]),
      'format "uri"',
    ],
    ["a list of texts in a format", t.Array(t.String({ format: "uri" })), 'format "uri" is not known'],
    ["a list of numbers", t.Array(t.Number()), "a list must be of texts"],
    ["a schema from elsewhere", t.Unsafe<string>({ type: "string" }), kinds],
  ])("%s", (_, schema, fault) => {
    expect(findOwnSchemaFault(schema)).toStartWith(fault);
  });
});

test("the fault of a plugin names the attribute", () => {
  const plugin = definePlugin({
    name: "hr",
    provides: [],
    needs: ["identity.email"],
    attributes: { "own.hr.manager": t.String({ format: "email" }) },
    config: t.Object({}),
    setup: () => ({ resolve: () => ({}) }),
  });
  expect(findPluginFault(plugin)).toStartWith('own.hr.manager: format "email" is not known');
});
