import { describe, expect, test } from "bun:test";
import { fitSlope, floorsOf, type Sample } from "../../scripts/soak/slope.ts";
import { seededDice } from "../oracle/dice.ts";

const HOUR_MS = 3_600_000;
const EVERY_MS = 2_000;

/** Twenty minutes of a value that grows by `perHour`, with the teeth of a saw and some luck. */
function twentyMinutes(perHour: number, seed = 1): readonly Sample[] {
  const dice = seededDice(seed);
  return Array.from({ length: 600 }, (_, index) => {
    const atMs = index * EVERY_MS;
    return { atMs, value: 1e8 + (perHour * atMs) / HOUR_MS + (index % 7) * 1e6 + dice(200_000) };
  });
}

const slopeOf = (samples: readonly Sample[]) => fitSlope(floorsOf(samples, 60_000));

describe("a slope", () => {
  test("is found exactly where nothing hides it", () => {
    const samples = [0, 1, 2, 3, 4].map((hour) => ({ atMs: hour * HOUR_MS, value: 7 + 3 * hour }));
    const { perHour, low, high } = fitSlope(samples);
    expect([perHour, low, high].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([3, 3, 3]);
  });

  test.each([1, 2, 3, 4, 5])("of a leak is surely above 1 MB an hour, whatever the noise (%p)", (seed) => {
    expect(slopeOf(twentyMinutes(20e6, seed)).low).toBeGreaterThan(1e6);
  });

  test.each([1, 2, 3, 4, 5])("of a saw alone is not (%p)", (seed) => {
    const { low, high } = slopeOf(twentyMinutes(0, seed));
    expect(low).toBeLessThan(1e6);
    expect(high).toBeGreaterThan(0);
  });

  test("of a value that wanders is less sure than of one that jumps about", () => {
    const series = (values: (index: number) => number) =>
      Array.from({ length: 40 }, (_, index) => ({ atMs: index * 30_000, value: values(index) }));
    const width = ({ high, low }: ReturnType<typeof fitSlope>) => high - low;
    const wandering = fitSlope(series((index) => Math.sin(index / 5)));
    const jumping = fitSlope(series((index) => Math.sin(index * 2.5)));
    expect(width(wandering)).toBeGreaterThan(2 * width(jumping));
  });

  test("needs more than a few samples", () => {
    expect(() => fitSlope(twentyMinutes(0).slice(0, 3))).toThrow(RangeError);
  });
});
