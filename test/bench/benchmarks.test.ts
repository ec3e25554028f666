import { describe, expect, test } from "bun:test";
import { BenchmarkError, requireSameAnswers } from "../../scripts/bench/benchmark.ts";
import { BENCHMARKS } from "../../scripts/bench/benchmarks.ts";
import { createCedar } from "../../scripts/bench/cedar.ts";
import { findCerbos } from "../../scripts/bench/cerbos.ts";
import { createPeople } from "../../scripts/bench/person.ts";
import { SCENARIOS } from "../../scripts/bench/scenarios.ts";
import { requireTool } from "../support/require-tool.ts";

const SMOKE = { rounds: 1, roundMs: 5, quick: true };
const TIMEOUT_MS = 180_000;

/** What a benchmark needs beside Bun; those that need nothing run everywhere. */
const hasLoad = requireTool("wrk") && Bun.which("taskset") !== null;
const RUNS: ReadonlyMap<string, boolean> = new Map([
  ["http", hasLoad && findCerbos() !== null],
  ["evaluate", hasLoad],
  ["cached", Bun.which("taskset") !== null],
  ["stored", requireTool("redis-server")],
  ["sessions", requireTool("redis-server")],
]);

describe("a benchmark", () => {
  for (const { name, run } of BENCHMARKS) {
    test.if(RUNS.get(name) ?? true)(
      `${name} finds the compared in agreement and measures them`,
      async () => {
        const { figures, targets } = await run(SMOKE);
        expect(figures.length).toBeGreaterThan(0);
        for (const { median, unit } of figures)
          expect(median).toBeGreaterThanOrEqual(unit === "count" ? 0 : Number.MIN_VALUE);
        for (const { measured } of targets) expect(measured).toBeFinite();
      },
      TIMEOUT_MS,
    );
  }

  test("has a name of its own", () => {
    expect(new Set(BENCHMARKS.map(({ name }) => name)).size).toBe(BENCHMARKS.length);
  });
});

describe("answers that are compared", () => {
  const differ = (answers: Parameters<typeof requireSameAnswers>[0]) => () => requireSameAnswers(answers);

  test("pass where all agree", () => {
    expect(differ({ a: [true, false], b: [true, false] })).not.toThrow();
  });

  test.each([
    ["one differs", { a: [true, false], b: [true, true] }],
    ["one is missing", { a: [true, false], b: [true] }],
    ["there is one too many", { a: [true, false], b: [true, false, true] }],
    ["everybody gets the same answer", { a: [true, true], b: [true, true] }],
  ])("stop the benchmark where %s", (_, answers) => {
    expect(differ(answers)).toThrow(BenchmarkError);
  });

  test.each(SCENARIOS)("of $name change with the policies: another country lets others in", (scenario) => {
    const people = createPeople(64);
    const answers = people.map(createCedar(scenario));
    const cedar = scenario.cedar.replaceAll('"PT"', '"FR"');
    const others = people.map(createCedar({ ...scenario, name: `${scenario.name}, in France`, cedar }));
    expect(differ({ answers, others })).toThrow(BenchmarkError);
  });
});
