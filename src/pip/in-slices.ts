import { setImmediate as nextTurn } from "node:timers/promises";

/** A process that answers requests does nothing else for longer than this. */
const SLICE_MS = 2;

let last: Promise<unknown> = Promise.resolve();

/** Lets everything else have its turn; of all who wait for theirs, one goes on at a time. */
export function takeTurn(): Promise<void> {
  const turn = last.then(() => nextTurn());
  last = turn;
  return turn;
}

/** `all.map(map)`, in slices: others have their turns in between. */
export async function mapInSlices<T, R>(
  all: readonly T[],
  map: (each: T, index: number) => R,
): Promise<readonly R[]> {
  const mapped: R[] = [];
  let since = performance.now();
  for (const [index, each] of all.entries()) {
    if (performance.now() - since > SLICE_MS) {
      await takeTurn();
      since = performance.now();
    }
    mapped.push(map(each, index));
  }
  return mapped;
}
