import { describe, expect, test } from "bun:test";
import { createBackOff } from "../../src/pip/polling/back-off.ts";

function backOffAt(random = 1, intervalMs = 300_000) {
  const time = { ms: 0 };
  return { time, backOff: createBackOff({ intervalMs, elapsedMs: () => time.ms, random: () => random }) };
}

/** The rests of a source that fails whenever it is asked. */
function restsOf({ time, backOff }: ReturnType<typeof backOffAt>, failures: number): readonly number[] {
  return Array.from({ length: failures }, () => {
    const restMs = backOff.fail(0);
    time.ms += restMs;
    return restMs;
  });
}

describe("a source that fails is left alone", () => {
  test("twice as long each time, and a minute at most", () => {
    expect(restsOf(backOffAt(), 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test("no longer than an interval", () => {
    expect(restsOf(backOffAt(1, 3_000), 4)).toEqual([1_000, 2_000, 3_000, 3_000]);
  });

  test("for half as long where chance wants it so", () => {
    expect(restsOf(backOffAt(0), 3)).toEqual([500, 1_000, 2_000]);
  });

  test("shortly again, once it has answered", () => {
    const begun = backOffAt();
    restsOf(begun, 5);
    begun.backOff.succeed();
    expect(restsOf(begun, 2)).toEqual([1_000, 2_000]);
  });

  test("no longer for what was asked before its rest, and fails during it", () => {
    const { time, backOff } = backOffAt();
    backOff.fail(0);
    time.ms = 400;
    expect([backOff.fail(0), backOff.fail(0)]).toEqual([600, 600]);
  });

  test("for as long as it wishes, if that is longer", () => {
    const { time, backOff } = backOffAt();
    expect(backOff.fail(90_000)).toBe(90_000);
    time.ms = 30_000;
    expect(backOff.fail(10_000)).toBe(60_000);
    expect(backOff.leftMs()).toBe(60_000);
  });
});

test("fifty providers that all fail are asked ever less often, and not in step", () => {
  let ms = 0;
  const all = Array.from({ length: 50 }, () => ({
    asked: 0,
    backOff: createBackOff({ intervalMs: 60_000, elapsedMs: () => ms, random: Math.random }),
  }));
  for (; ms < 600_000; ms += 100) {
    for (const each of all.filter(({ backOff }) => backOff.leftMs() === 0)) {
      each.asked++;
      each.backOff.fail(0);
    }
  }
  expect(Math.max(...all.map(({ asked }) => asked))).toBeLessThan(40);
  expect(new Set(all.map(({ backOff }) => Math.round(backOff.leftMs() / 1_000))).size).toBeGreaterThan(10);
});
