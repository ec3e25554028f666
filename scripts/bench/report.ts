import { type Static, Type } from "@sinclair/typebox";

/** What a figure counts. Times are stored in nanoseconds, memory in bytes. */
const Unit = Type.Union([
  Type.Literal("time"),
  Type.Literal("per_second"),
  Type.Literal("bytes"),
  Type.Literal("ratio"),
  Type.Literal("count"),
]);
export type Unit = Static<typeof Unit>;

const Figure = Type.Object({
  /** Who was measured, at what. */
  name: Type.String(),
  unit: Unit,
  median: Type.Number(),
  /** Half the distance between the quartiles, as a share of the median; 0 where there was one round. */
  spread: Type.Number(),
});
/** One measured value: the median over the rounds, and how far they lie apart. */
export type Figure = Static<typeof Figure>;

const Target = Type.Object({
  name: Type.String(),
  unit: Unit,
  measured: Type.Number(),
  wanted: Type.Union([Type.Object({ atLeast: Type.Number() }), Type.Object({ atMost: Type.Number() })]),
});
/** A figure that Postern wants to reach. */
export type Target = Static<typeof Target>;

export const Report = Type.Object({
  figures: Type.Array(Figure),
  targets: Type.Array(Target),
  /** What a reader has to know to judge the figures. */
  remarks: Type.Array(Type.String()),
});
/** What one benchmark found out. */
export type Report = Static<typeof Report>;

export function isReached({ measured, wanted }: Target): boolean {
  return "atLeast" in wanted ? measured >= wanted.atLeast : measured <= wanted.atMost;
}

/** One figure out of the samples of all rounds. Throws where there are none. */
export function figureOf(name: string, unit: Unit, samples: readonly number[]): Figure {
  const sorted = samples.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / median;
  return { name, unit, median, spread: median === 0 ? 0 : spread };
}

/** The value below which the share `at` of the ascending `sorted` lies. Throws where there are no values. */
export function quantile(sorted: readonly number[], at: number): number {
  const value = sorted[Math.min(Math.floor(sorted.length * at), sorted.length - 1)];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
}
