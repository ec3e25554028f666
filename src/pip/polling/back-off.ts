/** How long a source that fails is left alone by those who poll it. */
export interface BackOff {
  /** It failed, and wishes for a rest of `atLeastMs`; tells how long it is left alone from now on. */
  fail(atLeastMs: number): number;
  succeed(): void;
  /** For how long it is still left alone; 0 where it may be polled. */
  leftMs(): number;
}

export interface BackOffOptions {
  readonly intervalMs: number;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
  /** From 0 to 1, so that a fleet does not come back in step. */
  readonly random: () => number;
}

const FIRST_MS = 1_000;
const AT_MOST_MS = 60_000;

/** Twice as long after each failure that follows a rest; what fails during a rest was begun before it. */
export function createBackOff({ intervalMs, elapsedMs, random }: BackOffOptions): BackOff {
  let failures = 0;
  let until = Number.NEGATIVE_INFINITY;
  const leftMs = () => Math.max(until - elapsedMs(), 0);
  return {
    fail(atLeastMs) {
      if (leftMs() === 0) {
        const grownMs = Math.min(FIRST_MS * 2 ** failures, AT_MOST_MS, intervalMs);
        until = elapsedMs() + grownMs * (0.5 + random() / 2);
        failures++;
      }
      until = Math.max(until, elapsedMs() + atLeastMs);
      return leftMs();
    },
    succeed() {
      failures = 0;
    },
    leftMs,
  };
}
