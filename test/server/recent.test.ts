import { expect, test } from "bun:test";
import fc from "fast-check";
import { Recent } from "../../src/server/decision/recent.ts";

const MOST = 10;

test("what is asked for again and again stays, whatever else comes", () => {
  const recent = new Recent<number>(MOST);
  recent.set("asked", 1);
  for (let other = 0; other < 1_000; other++) {
    recent.set(`other ${other}`, other);
    expect(recent.get("asked")).toBe(1);
  }
});

test("what nobody asks for any more goes", () => {
  const recent = new Recent<number>(MOST);
  recent.set("forgotten", 1);
  for (let other = 0; other < MOST; other++) recent.set(`other ${other}`, other);
  expect(recent.get("forgotten")).toBeUndefined();
});

test("nothing is left once it is cleared", () => {
  const recent = new Recent<number>(MOST);
  for (let key = 0; key < MOST; key++) recent.set(`${key}`, key);
  recent.clear();
  expect([recent.size, recent.get("9"), recent.get("0")]).toEqual([0, undefined, undefined]);
});

test("it holds what was set last for a key or nothing, and no more than it may", () => {
  const key = fc.integer({ min: 0, max: 30 }).map(String);
  const step = fc.record({ key, set: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MOST }), fc.array(step, { maxLength: 200 }), (most, steps) => {
      const recent = new Recent<number>(most);
      const all = new Map<string, number>();
      for (const [at, { key, set }] of steps.entries()) {
        if (set) {
          recent.set(key, at);
          all.set(key, at);
        }
        const found = recent.get(key);
        expect(found === undefined || found === all.get(key)).toBe(true);
        expect(recent.size).toBeLessThanOrEqual(most);
      }
    }),
  );
});
