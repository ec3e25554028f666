import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { LINT_RULES } from "../../src/core/lint/rules.ts";
import { lintText } from "./support.ts";

const TOP = join(import.meta.dir, "../..");

interface Section {
  readonly name: string;
  readonly text: string;
  readonly examples: readonly string[];
}

async function readSections(): Promise<readonly Section[]> {
  const [, rules = ""] = (await Bun.file(join(TOP, "docs/lint.md")).text()).split("\n# Rules\n");
  return rules
    .split(/^## /m)
    .slice(1)
    .map((text) => ({
      name: text.slice(0, text.indexOf("\n")),
      text,
      examples: [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, example = ""]) => example),
    }));
}

const sections = await readSections();

test("every lint rule is a file, in the table, and a section of docs/lint.md", async () => {
  const files = await readdir(join(TOP, "src/core/lint/rules"));
  const names = LINT_RULES.map(({ name }) => name);
  expect(files.map((file) => file.replace(/\.ts$/, "")).toSorted()).toEqual(names.toSorted());
  expect(sections.map(({ name }) => name)).toEqual(names);
});

describe("docs/lint.md", () => {
  for (const { name, level, summary } of LINT_RULES) {
    const section = sections.find((each) => each.name === name);
    const [found = "", notFound = "", ...others] = section?.examples ?? [];

    test(`says of ${name} what it looks for, with two examples`, () => {
      expect(section?.text).toContain(`\n**${level}** · ${summary}\n`);
      expect([found, notFound]).not.toContain("");
      expect(others).toEqual([]);
    });

    test(`shows a file in which ${name} is found`, () => {
      expect(lintText(found).map(({ rule }) => rule)).toContain(name);
    });

    test(`shows a file in which ${name} is not found, nor anything else`, () => {
      expect(lintText(notFound).filter(({ acknowledged }) => acknowledged === null)).toEqual([]);
    });
  }
});
