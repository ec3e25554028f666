/** One measured value. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** How fast a value grows: the least-squares slope, with its 95 % interval. Units of the value per hour. */
export interface Slope {
  readonly perHour: number;
  readonly low: number;
  readonly high: number;
}

const HOUR_MS = 3_600_000;

/**
 * The least value of each window of `windowMs`: what a collection of garbage leaves, without the saw's teeth.
 * Each is dated by its window, so that where in it the least was found makes no slope.
 */
export function floorsOf(samples: readonly Sample[], windowMs: number): readonly Sample[] {
  const [first] = samples;
  if (first === undefined) return [];
  const windows = Map.groupBy(samples, ({ atMs }) => Math.floor((atMs - first.atMs) / windowMs));
  return [...windows].map(([window, some]) => ({
    atMs: first.atMs + window * windowMs,
    value: Math.min(...some.map(({ value }) => value)),
  }));
}

/**
 * Ordinary least squares. Neighbouring samples resemble each other, which makes them worth fewer: the
 * interval counts by their autocorrelation. Throws for fewer than four samples.
 */
export function fitSlope(samples: readonly Sample[]): Slope {
  const count = samples.length;
  if (count < 4) throw new RangeError("a slope needs at least four samples");
  const meanAt = mean(samples.map(({ atMs }) => atMs));
  const meanValue = mean(samples.map(({ value }) => value));
  const spread = sum(samples.map(({ atMs }) => (atMs - meanAt) ** 2));
  const slope = sum(samples.map(({ atMs, value }) => (atMs - meanAt) * (value - meanValue))) / spread;
  const residuals = samples.map(({ atMs, value }) => value - meanValue - slope * (atMs - meanAt));
  const squares = sum(residuals.map((residual) => residual ** 2));
  const products = sum(residuals.slice(1).map((residual, index) => residual * (residuals[index] ?? 0)));
  const alike = squares === 0 ? 0 : Math.max(products / squares, 0);
  const worth = Math.max((count * (1 - alike)) / (1 + alike), 3);
  const error = Math.sqrt(squares / (worth - 2) / spread);
  const margin = error * studentQuantile(worth - 2);
  return {
    perHour: slope * HOUR_MS,
    low: (slope - margin) * HOUR_MS,
    high: (slope + margin) * HOUR_MS,
  };
}

/** Student's t for 97.5 %, by Cornish and Fisher's expansion about the normal quantile; wide enough for few degrees. */
function studentQuantile(degrees: number): number {
  if (degrees < 3) return 12.71;
  const z = 1.959_964;
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
