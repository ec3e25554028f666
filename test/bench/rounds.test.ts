import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { figureOf, isReached } from "../../scripts/bench/report.ts";
import { measureRounds, ratio } from "../../scripts/bench/rounds.ts";
import { replaceResults } from "../../scripts/bench/write-results.ts";

const EFFORT = { rounds: 3, roundMs: 1, quick: true };

describe("rounds", () => {
  test("alternate, each starting with another contender, after one that does not count", async () => {
    const turns: string[] = [];
    const contender = (name: string) => ({
      name,
      unit: "time" as const,
      measure: () => turns.push(name),
    });
    const [a, b] = await measureRounds([contender("a"), contender("b")], EFFORT);
    expect(turns.join("")).toBe("abbaabba");
    expect(a?.samples).toEqual([4, 5, 8]);
    expect(b?.samples).toEqual([3, 6, 7]);
  });

  test("are compared one by one: what disturbs both alike does not count", () => {
    const series = (samples: readonly number[]) => ({ figure: figureOf("", "time", samples), samples });
    expect(ratio(series([20, 200, 2_000]), series([10, 100, 1_000]))).toBe(2);
  });
});

describe("a figure", () => {
  test("is the median, with half the distance between the quartiles", () => {
    expect(figureOf("a", "time", [9, 1, 5, 7, 3])).toEqual({
      name: "a",
      unit: "time",
      median: 5,
      spread: 0.4,
    });
  });

  test("is not made of nothing", () => {
    expect(() => figureOf("a", "time", [])).toThrow("nothing was measured");
  });
});

test.each([
  [1, { atLeast: 1 }, true],
  [0.9, { atLeast: 1 }, false],
  [1, { atMost: 1 }, true],
  [1.1, { atMost: 1 }, false],
  [Number.NaN, { atLeast: 1 }, false],
  [Number.NaN, { atMost: 1 }, false],
])("%p against %p: reached %p", (measured, wanted, reached) => {
  expect(isReached({ name: "", unit: "ratio", measured, wanted })).toBe(reached);
});

describe("results", () => {
  test("replace those on the page and nothing else", async () => {
    const page = await Bun.file(join(import.meta.dir, "../../docs/performance.md")).text();
    const once = replaceResults(page, "figures");
    expect(once).toContain("\nfigures\n");
    expect(replaceResults(once, "others")).toBe(replaceResults(page, "others"));
    expect(replaceResults(once, "others")).not.toContain("figures\n<!--");
  });

  test("are not put on a page that has no place for them", () => {
    expect(() => replaceResults("# Performance\n", "figures")).toThrow("the page needs the lines");
  });
});
