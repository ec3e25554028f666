import { expect, test } from "bun:test";
import { FactsSchema } from "../../src/cli/policy-test/facts-schema.ts";
import { TestFileSchema } from "../../src/cli/policy-test/test-schema.ts";
import { codeOf, readPage, rowsOf, sectionOf } from "./pages.ts";

const page = await readPage("docs/testing-policies.md");
const fieldsOf = (heading: string) => rowsOf(sectionOf(page, heading)).map(([field]) => codeOf(field));

test("the page has every field of a test file", () => {
  const { cases, defaults } = TestFileSchema.properties;
  const { each } = cases.items.properties;
  const fields = [TestFileSchema, defaults, cases.items, each.items].flatMap(({ properties }) =>
    Object.keys(properties),
  );
  expect(fieldsOf("A file, field by field").toSorted()).toEqual([...new Set(fields)].toSorted());
});

test("the page has every field of the facts, and of the device in them", () => {
  expect(fieldsOf("Facts").toSorted()).toEqual(Object.keys(FactsSchema.properties).toSorted());
  const [, device = ""] =
    rowsOf(sectionOf(page, "Facts")).find(([field]) => codeOf(field) === "device") ?? [];
  const undocumented = Object.keys(FactsSchema.properties.device.properties).filter(
    (field) => !device.includes(`\`${field}`),
  );
  expect(undocumented).toEqual([]);
});
