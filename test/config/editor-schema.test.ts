import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { toEditorSchema } from "../../scripts/editor-schema.ts";

test("closed lists become an enum, and what is repeated is written once", () => {
  const Place = Type.Object({
    kind: Type.Union([Type.Literal("a"), Type.Literal("b")]),
    note: Type.String({ description: "x".repeat(300) }),
  });
  const place = {
    type: "object",
    required: ["kind", "note"],
    properties: { kind: { enum: ["a", "b"] }, note: { type: "string", description: "x".repeat(300) } },
  };
  expect(toEditorSchema(Type.Object({ from: Place, to: Place }), "Journey")).toEqual({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    required: ["from", "to"],
    properties: { from: { $ref: "#/$defs/from" }, to: { $ref: "#/$defs/from" } },
    title: "Journey",
    $defs: { from: place },
  });
});
