import { traceToJson } from "../trace-to-json.ts";
import type { PolicyTestResult } from "./run-tests.ts";

/** Results for scripts (`--json`); a failure carries its trace. */
export function resultsToJson(results: readonly PolicyTestResult[], now: number) {
  return {
    passed: results.filter(({ passed }) => passed).length,
    failed: results.filter(({ passed }) => !passed).length,
    tests: results.map(({ test, passed, answer, decision, trace }) => ({
      name: test.name,
      file: test.place.file,
      line: test.place.line,
      passed,
      expected: test.expected,
      got: { answer, reason: decision?.reason ?? null, policy: decision?.policy?.name ?? null },
      trace: trace === null ? null : traceToJson(trace, now),
    })),
  };
}
