import { describe, expect, test } from "bun:test";
import { mapInSlices, takeTurn } from "../../src/pip/in-slices.ts";

/** Keeps this process busy. */
function work(forMs: number): void {
  const endsAt = performance.now() + forMs;
  while (performance.now() < endsAt);
}

/** Turns that others had while something was done. */
async function turnsDuring(something: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setTimeout(count, 0);
  };
  setTimeout(count, 0);
  await something();
  isOver = true;
  return turns;
}

describe("a long list", () => {
  test("is mapped in order, with turns for others in between", async () => {
    const all = Array.from({ length: 30 }, (_, index) => index);
    let mapped: readonly number[] = [];
    const turns = await turnsDuring(async () => {
      mapped = await mapInSlices(all, (each, index) => {
        work(1);
        return 10 * each + index;
      });
    });
    expect(mapped).toEqual(all.map((each) => 11 * each));
    expect(turns).toBeGreaterThan(3);
  });

  test("that fails at one of its entries fails as a whole", async () => {
    const mapping = mapInSlices([1, 2], () => {
      throw new Error("no");
    });
    await expect(mapping).rejects.toThrow("no");
  });
});

test("of many who have long lists, one goes on at a time", async () => {
  const order: number[] = [];
  const one = async (name: number) => {
    for (let step = 0; step < 3; step++) {
      await takeTurn();
      order.push(name);
      work(2);
    }
  };
  const turns = await turnsDuring(() => Promise.all(Array.from({ length: 10 }, (_, name) => one(name))));
  expect(order).toHaveLength(30);
  expect(turns).toBeGreaterThan(10);
});
