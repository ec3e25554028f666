import { describe, expect, test } from "bun:test";
import { fuzz } from "./fuzz.ts";
import { findSuperlinear, growsInProportion } from "./growth.ts";
import { minimize } from "./minimize.ts";
import { MISTAKES } from "./mistakes.ts";
import { startStopwatch } from "./stopwatch.ts";
import { hold, type Target } from "./target.ts";
import { TARGETS } from "./targets.ts";

const EXECUTIONS = 20_000;
/** Files are parsed more slowly than words. */
const EXECUTIONS_OF_FILES: ReadonlyMap<string, number> = new Map([
  ["applications", 3_000],
  ["config", 3_000],
  ["policies", 3_000],
  ["import", 500],
  ["facts-file", 3_000],
  ["test-file", 3_000],
]);
const executionsOf = ({ name }: Target) => EXECUTIONS_OF_FILES.get(name) ?? EXECUTIONS;
/** Far above anything that an input may take, as tests share their computer with others. */
const GENEROUS_MS = 1_000;
const TIMEOUT_MS = 180_000;

const run = (target: Target, executions: number, seed = 1) =>
  fuzz(target, { seed, goesOn: (done) => done < executions, maxMs: GENEROUS_MS });

describe("hostile input breaks nothing", () => {
  test.each(TARGETS.map((target) => [target.name, target] as const))(
    "of %s",
    async (_, target) => {
      const { failure, accepted, executions } = await run(target, executionsOf(target));
      expect(failure).toBeNull();
      // What is always refused, or always accepted, is not being tested.
      expect(accepted).toBeGreaterThan(executions / 1_000);
      expect(accepted).toBeLessThan(executions);
    },
    TIMEOUT_MS,
  );
});

describe("work grows in proportion to the input", () => {
  test.each(TARGETS.map((target) => [target.name, target] as const))(
    "of %s",
    async (_, target) => {
      expect(await findSuperlinear(target)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

describe("a fuzzer finds", () => {
  test.each(MISTAKES)(
    "%s",
    async (_, target) => {
      const { failure } = await run(target, executionsOf(target));
      expect(failure).not.toBeNull();
    },
    TIMEOUT_MS,
  );
});

describe("the fuzzer", () => {
  const corpus = ["abcdef", "uvwxyz"];
  const targetOf = (check: (input: string) => boolean): Target => ({
    name: "sample",
    corpus,
    dictionary: ["needle"],
    check,
  });

  test("puts the same inputs for the same seed, and others for another", async () => {
    const inputsOf = async (seed: number) => {
      const inputs: string[] = [];
      await run(
        targetOf((input) => inputs.push(input) % 2 === 0),
        200,
        seed,
      );
      return inputs;
    };
    expect(await inputsOf(7)).toEqual(await inputsOf(7));
    expect(await inputsOf(7)).not.toEqual(await inputsOf(8));
  });

  test("tells the smallest input that it finds, and stops there", async () => {
    const target = targetOf((input) => {
      hold(!input.includes("needle"), "there is no needle");
      return true;
    });
    const { failure, executions } = await run(target, 20_000);
    expect(failure?.input).toBe("needle");
    expect(executions).toBeLessThan(20_000);
  });

  test("takes a polluted prototype for a failure", async () => {
    const target = targetOf(() => Reflect.set(Object.prototype, "polluted", true));
    const { failure } = await run(target, 1).finally(() =>
      Reflect.deleteProperty(Object.prototype, "polluted"),
    );
    expect(String(failure?.error)).toContain("a prototype was polluted");
  });

  test("takes an input that is slow every time for a failure", async () => {
    const target = targetOf(() => {
      const elapsedMs = startStopwatch();
      while (elapsedMs() < 3);
      return true;
    });
    const { failure } = await fuzz(target, { seed: 1, goesOn: () => true, maxMs: 2 });
    expect(String(failure?.error)).toContain("takes more than 2 ms");
  });

  test(
    "tells work that is quadratic from work that is linear",
    async () => {
      const make = (length: number) => "a".repeat(length);
      const hashing = (timesFor: (length: number) => number) =>
        targetOf((input) => {
          const hasher = new Bun.CryptoHasher("sha256");
          for (let times = timesFor(input.length); times > 0; times--) hasher.update(input);
          return hasher.digest("hex") !== "";
        });
      const quadratic = hashing((length) => length / 12);
      expect(await growsInProportion(quadratic, make)).toBe(false);
      const linear = hashing(() => 1_000);
      expect(await growsInProportion(linear, make)).toBe(true);
    },
    TIMEOUT_MS,
  );
});

test("what is minimized still fails, and would not with less", async () => {
  const fails = async (text: string) => text.includes("a") && text.includes("z");
  expect(await minimize("bbabbbbbzbb", fails)).toBe("az");
});
