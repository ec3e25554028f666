import type { Dice } from "../../test/oracle/dice.ts";

export interface ArrivalsOptions {
  readonly perSecond: number;
  readonly dice: Dice;
  /** Whether there are to be more. */
  readonly goOn: () => boolean;
  /** One request that was due at `dueAt`, milliseconds of `performance.now()`. Must not reject. */
  readonly arrive: (dueAt: number) => Promise<void>;
}

/** How finely the gaps between arrivals are drawn. */
const STEPS = 1_000_000;

/**
 * Requests of an open model: they come when they come (a Poisson process), however long the ones before
 * take. Resolves when the last has been answered.
 */
export async function runArrivals({ perSecond, dice, goOn, arrive }: ArrivalsOptions): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let dueAt = performance.now();
  while (goOn()) {
    dueAt += (-Math.log((dice(STEPS) + 1) / STEPS) * 1_000) / perSecond;
    const earlyMs = dueAt - performance.now();
    if (earlyMs > 0) await Bun.sleep(earlyMs);
    const request = arrive(dueAt).finally(() => underWay.delete(request));
    underWay.add(request);
  }
  await Promise.all(underWay);
}
