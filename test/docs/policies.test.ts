import { expect, test } from "bun:test";
import { KindGuard, type TSchema } from "@sinclair/typebox";
import { parse } from "yaml";
import { checkSchema } from "../../src/config/check-schema.ts";
import { POSTURE_INPUTS } from "../../src/config/policies/schema-posture-input.ts";
import { RuleSchema } from "../../src/config/policies/schema-rule.ts";
import { readSource } from "../../src/config/source.ts";
import { SELECTORS } from "../../src/core/selectors/table.ts";
import { codeOf, codesIn, readPage, rowsOf, sectionOf } from "./pages.ts";

const page = await readPage("docs/policies.md");
const selectorRows = rowsOf(sectionOf(page, "Selectors"));
const postureRows = rowsOf(sectionOf(page, "Posture rules"));

/** How the page writes a column of the table of selectors. */
function written(column: boolean | null): string {
  return column === null ? "as its rules" : column ? "yes" : "no";
}

test("the page has a row for every selector, with the columns that it has", () => {
  const documented = selectorRows.map(([, rule, continuously, person]) => {
    const [selector = ""] = Object.keys(parse(codeOf(rule)));
    return [selector, continuously, person];
  });
  const expected = Object.entries(SELECTORS).map(([selector, { continuous, identity }]) => {
    return [selector, written(continuous), written(identity)];
  });
  expect(documented.toSorted()).toEqual(expected.toSorted());
});

test.each(selectorRows.map(([name = "", rule]) => [name, codeOf(rule)] as const))(
  "the rule of %s can be written so: %s",
  (_, rule) => {
    const { source } = readSource("rule.yaml", rule);
    if (source === null) throw new Error("not YAML");
    expect(checkSchema(RuleSchema, source)).toHaveProperty("value");
  },
);

/** The keys of an input, with a question mark where they may be left out. */
function keysOf(input: TSchema): readonly string[] {
  const branches = KindGuard.IsUnion(input) ? input.anyOf : [input];
  const keys = branches.flatMap((branch) =>
    Object.keys(branch.properties).map((key) => (branch.required?.includes(key) ? key : `${key}?`)),
  );
  return [...new Set(keys)];
}

test("the page has a row for every type of posture rule, with the keys of its input", () => {
  const documented = postureRows.map(([type, input]) => [codeOf(type), codesIn(input ?? "")]);
  const expected = Object.entries(POSTURE_INPUTS).map(([type, input]) => [type, keysOf(input)]);
  expect(documented).toEqual(expected);
});
