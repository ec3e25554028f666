import { describe, expect, test } from "bun:test";
import { countLines, readFiles, readSources, type SourceFile } from "./source-files.ts";

const MAX_LINES = 400;
const MAX_MEDIAN_LINES = 130;

/** What no file may hold, but for this one, which has to name it. (The linter looks for `any`.) */
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ["a compiler told to look away without a reason", /@ts-(?:ignore|nocheck|expect-error(?!: ))/],
  ["a test that never runs", /\b(?:test|it|describe)\.(?:skip|todo|only)\b/],
  ["a note to do it later", /\b(?:TODO|FIXME|XXX)\b/],
];

/** Folders and texts that a reader of the repository does not have. */
const OUTSIDE: readonly RegExp[] = [
  /(?<![\w.-])\/(?:work|home|root|Users)\//,
  /\b(?:spec|semantics|design|fail-closed|threats)\.md\b/,
  /\b(?:spec|semantics|design|fail-closed|threats) \d/i,
];

const SELF = "test/meta/style.test.ts";

function findLines(files: readonly SourceFile[], pattern: RegExp): readonly string[] {
  const others = files.filter(({ path }) => path !== SELF);
  return others.flatMap(({ path, text }) =>
    text
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}  ${line.trim()}`] : [])),
  );
}

describe("files", () => {
  test(`have at most ${MAX_LINES} lines`, async () => {
    const long = (await readSources()).filter((file) => countLines(file) > MAX_LINES);
    expect(long.map((file) => `${file.path}: ${countLines(file)}`)).toEqual([]);
  });

  test(`have fewer than ${MAX_MEDIAN_LINES} lines in the median`, async () => {
    const lengths = (await readSources()).map(countLines).toSorted((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)] ?? 0).toBeLessThan(MAX_MEDIAN_LINES);
  });

  test("have names in kebab-case", async () => {
    const files = await readFiles("{src,plugins,scripts,test}/**/*");
    const kebab = /^(?:\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*|README\.md)$/;
    const others = files.filter(({ path }) => !path.split("/").every((part) => kebab.test(part)));
    expect(others.map(({ path }) => path)).toEqual([]);
  });

  test.each(FORBIDDEN)("never hold %s", async (_, pattern) => {
    expect(findLines(await readSources(), pattern)).toEqual([]);
  });

  test("speak of nothing outside the repository", async () => {
    const files = await readFiles(
      "{src,plugins,scripts,test,docs,.ci}/**/*.{ts,tsx,md,yaml,yml,json,sh}",
      ".ci/run",
      "*.{md,json,toml}",
      "Dockerfile",
    );
    expect(OUTSIDE.flatMap((pattern) => findLines(files, pattern))).toEqual([]);
  });

  test.each(['test.skip("a", f)', "// @ts-ignore: a reason does not help", "// @ts-expect-error", "// TODO"])(
    "would be found out with %p",
    (text) => {
      expect(FORBIDDEN.filter(([, pattern]) => pattern.test(text))).toHaveLength(1);
    },
  );

  test.each(["see /work/notes", "(semantics 3)", "in design.md"])("would be found out with %p", (text) => {
    expect(OUTSIDE.filter((pattern) => pattern.test(text))).toHaveLength(1);
  });

  test.each(["// @ts-expect-error: the type is nominal", "a network/home/away path, by design"])(
    "may say %p",
    (text) => {
      const patterns = [...FORBIDDEN.map(([, pattern]) => pattern), ...OUTSIDE];
      expect(patterns.filter((pattern) => pattern.test(text))).toEqual([]);
    },
  );
});
