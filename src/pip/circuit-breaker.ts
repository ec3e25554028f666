/** `closed`: questions pass; `open`: none does; `half_open`: one is under way to find out. */
export type BreakerState = "closed" | "open" | "half_open";

/** Leaves a source that keeps failing alone for a while. */
export interface CircuitBreaker {
  readonly state: BreakerState;
  /** Whether a question may be asked now. A true answer must be followed by `succeed` or `fail`. */
  admit(): boolean;
  succeed(): void;
  fail(): void;
}

const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 5_000;

/** `elapsedMs` never runs backwards; `random` is from 0 to 1, so that a fleet does not ask again in step. */
export function createCircuitBreaker(elapsedMs: () => number, random: () => number): CircuitBreaker {
  let state: BreakerState = "closed";
  let failures = 0;
  let nextProbeAt = 0;
  return {
    get state() {
      return state;
    },
    admit() {
      if (state === "open" && elapsedMs() >= nextProbeAt) {
        state = "half_open";
        return true;
      }
      return state === "closed";
    },
    succeed() {
      state = "closed";
      failures = 0;
    },
    fail() {
      failures++;
      if (state === "closed" && failures < FAILURES_TO_OPEN) return;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - FAILURES_TO_OPEN), MAX_PAUSE_MS);
      nextProbeAt = elapsedMs() + pauseMs * (0.5 + random() / 2);
      state = "open";
    },
  };
}
