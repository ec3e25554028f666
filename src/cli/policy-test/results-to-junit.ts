import { renderTrace } from "../render-trace.ts";
import { describeExpected, describeGot } from "./render-results.ts";
import type { PolicyTestResult } from "./run-tests.ts";

const PLAIN = { color: false, width: 100 };

/** Results as JUnit XML, a test suite per file, for CI systems (`--reporter junit`). */
export function resultsToJunit(results: readonly PolicyTestResult[], now: number): string {
  const suites = [...Map.groupBy(results, ({ test }) => test.place.file)].map(
    ([file, inFile]) =>
      `  <testsuite name="${escapeXml(file)}" ${countsOf(inFile)}>\n${inFile.map((result) => renderCase(result, now)).join("\n")}\n  </testsuite>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="postern" ${countsOf(results)}>`,
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

function renderCase(result: PolicyTestResult, now: number): string {
  const { test, passed, trace } = result;
  const { file, line } = test.place;
  const head = `    <testcase name="${escapeXml(test.name)}" classname="${escapeXml(file)}" file="${escapeXml(file)}" line="${line}"`;
  if (passed) return `${head} />`;
  const message = `expected ${describeExpected(test.expected)}; got ${describeGot(result)}`;
  const body = trace === null ? "" : escapeXml(renderTrace(trace, now, PLAIN));
  return `${head}>\n      <failure message="${escapeXml(message)}">${body}</failure>\n    </testcase>`;
}

function countsOf(results: readonly PolicyTestResult[]): string {
  return `tests="${results.length}" failures="${results.filter(({ passed }) => !passed).length}"`;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["\n", "&#10;"],
  ["\t", "&#9;"],
]);

/** Text for XML 1.0, which has no place for other control characters, whatever their spelling. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"\n\t]/g, (character) => ENTITIES.get(character) ?? "")
    .replace(/[\p{Cc}\ufffe\uffff]/gu, "\ufffd");
}
