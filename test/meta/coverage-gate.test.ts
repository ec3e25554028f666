import { expect, test } from "bun:test";
import { findCoverageGaps, renderCoverageGap } from "../../scripts/coverage-gate.ts";

const CODE = "export function add(a: number, b: number) {\n  return a + b;\n}\n";

function gaps(lcov: string, sources: Readonly<Record<string, string>>): readonly string[] {
  return findCoverageGaps(lcov, new Map(Object.entries(sources))).map(renderCoverageGap);
}

test("a file whose every line ran has no gap", () => {
  expect(gaps("SF:src/core/a.ts\nDA:1,1\nDA:2,7\nend_of_record\n", { "src/core/a.ts": CODE })).toEqual([]);
});

test("lines that never ran are named, those of other rooms are not", () => {
  const lcov =
    "SF:src/core/a.ts\nDA:1,1\nDA:2,0\nDA:13,0\nend_of_record\nSF:src/cli/b.ts\nDA:1,0\nend_of_record\n";
  expect(gaps(lcov, { "src/core/a.ts": CODE })).toEqual(["src/core/a.ts: no test runs line 2, 13"]);
});

test("a file that no test loads is not covered, though no report speaks of it", () => {
  expect(gaps("", { "src/core/a.ts": CODE })).toEqual(["src/core/a.ts: no test loads it"]);
});

test("a file of types alone holds nothing to cover", () => {
  const types =
    '/** Words. */\nimport type { A } from "./a.ts";\nexport type { A };\nexport interface B {\n  readonly a: A;\n}\n';
  expect(gaps("", { "src/core/b.ts": types })).toEqual([]);
});

test.each([
  ["a constant", 'export const NAMES = ["a"];'],
  ["a re-export", 'export { add } from "./add.ts";'],
  ["an enumeration", "export enum A { B }"],
  ["an effect", 'import { a } from "./a.ts";\na();'],
])("%s is something to cover", (_, text) => {
  expect(gaps("", { "src/core/c.ts": text })).toHaveLength(1);
});
