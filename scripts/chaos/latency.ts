/** How long answers took, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** Null where nothing was measured. */
export function summarize(samplesMs: readonly number[]): Latency | null {
  if (samplesMs.length === 0) return null;
  const sorted = samplesMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(Math.ceil(share * sorted.length), sorted.length) - 1] ?? 0;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}
