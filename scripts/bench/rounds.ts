import { type Static, Type } from "@sinclair/typebox";
import { type Figure, figureOf, quantile, type Unit } from "./report.ts";

export const Effort = Type.Object({
  rounds: Type.Integer({ minimum: 1 }),
  /** Milliseconds that one contender is measured for in one round. */
  roundMs: Type.Number({ exclusiveMinimum: 0 }),
  /** Whether the largest inputs are left out. */
  quick: Type.Boolean(),
});
/** How long to measure. */
export type Effort = Static<typeof Effort>;

/** One of those that are compared. */
export interface Contender {
  readonly name: string;
  readonly unit: Unit;
  /** One sample. */
  measure(roundMs: number): number | Promise<number>;
}

/** The samples of one contender, round by round. */
export interface Series {
  readonly figure: Figure;
  readonly samples: readonly number[];
}

/**
 * Measures all contenders in turn, round after round, so that whatever disturbs the machine disturbs
 * them alike; each round starts with another one. A first round that does not count warms them up.
 */
export async function measureRounds(
  contenders: readonly Contender[],
  { rounds, roundMs }: Effort,
): Promise<readonly Series[]> {
  const samples = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (round + turn) % contenders.length;
      const sample = await contenders[index]?.measure(roundMs);
      if (round > 0 && sample !== undefined) samples[index]?.push(sample);
    }
  }
  return contenders.map(({ name, unit }, index) => {
    const own = samples[index] ?? [];
    return { figure: figureOf(name, unit, own), samples: own };
  });
}

/** The median of `of / to`, round by round: steadier than the ratio of the medians. */
export function ratio(of: Series | undefined, to: Series | undefined): number {
  const quotients = (of?.samples ?? []).map((sample, round) => sample / (to?.samples[round] ?? Number.NaN));
  return quantile(
    quotients.toSorted((a, b) => a - b),
    0.5,
  );
}

/** Calls between two looks at the clock. */
const BATCH = 64;

/**
 * Nanoseconds of processor time that one call of `decide` takes, called for `roundMs` with 0, 1, 2 …
 * Processor time, because a neighbour on the machine takes none of it; collecting garbage counts.
 * What it answers is counted, so that no compiler can leave the call out.
 */
export function timeCalls(decide: (index: number) => boolean, roundMs: number): number {
  const endsAt = performance.now() + roundMs;
  const before = process.cpuUsage();
  let calls = 0;
  let permits = 0;
  while (performance.now() < endsAt) {
    for (const until = calls + BATCH; calls < until; calls++) if (decide(calls)) permits++;
  }
  const { user, system } = process.cpuUsage(before);
  if (permits > calls) throw new Error("more permits than calls");
  return ((user + system) * 1_000) / calls;
}
