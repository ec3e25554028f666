import { describe, expect, test } from "bun:test";
import { blocksOf, readRunPages } from "./pages.ts";
import { commandsOf, fileOf, matches, walk } from "./walk.ts";

const TIMEOUT_MS = 180_000;

const pages = await readRunPages();

describe("what a page shows is what happens", () => {
  test.each(pages.map((page) => [page.path, page] as const))(
    "%s",
    async (_, page) => {
      expect(await walk(page)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

test("every YAML block is a file that is checked", () => {
  const excerpts = pages.flatMap((page) =>
    blocksOf(page)
      .filter((block) => block.language === "yaml" && fileOf(block) === null)
      .map(({ line }) => `${page.path}:${line}`),
  );
  expect(excerpts).toEqual([]);
});

test("every command of Postern stands where it is run", () => {
  const unrun = pages.flatMap((page) =>
    blocksOf(page)
      .filter(({ language, text }) => language !== "console" && /^(?:\$ )?postern /m.test(text))
      .map(({ line }) => `${page.path}:${line}`),
  );
  expect(unrun).toEqual([]);
});

describe("a console", () => {
  test("is commands, each with the output that is shown", () => {
    expect(commandsOf("$ a --b\nc\n\nd\n$ e\n")).toEqual([
      { line: "a --b", output: "c\n\nd" },
      { line: "e", output: null },
    ]);
  });

  test.each([
    ["revision 0123456789abcdef", "revision fedcba9876543210", true],
    ["(access, just now)", "(access, 2 s old)", true],
    ["a\n…\nd", "a\nb\nc\nd", true],
    ["a\n…", "a\nb\nc", true],
    ["a\n…\nd", "a\nb\nc", false],
    ["2 passed", "3 passed", false],
    ["a", "a\nb", false],
  ])("that shows %j is matched by %j: %p", (shown, output, expected) => {
    expect(matches(shown, output)).toBe(expected);
  });
});
