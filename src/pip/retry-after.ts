import type { Clock } from "../clock.ts";

/** When a source is to be asked again, by its own account (RFC 9110, section 10.2.3). */
export interface RetryAfter {
  /** Takes note of an answer that may say so. */
  heed(response: Response): void;
  /** For how long it is still to be left alone, in milliseconds; 0 where it may be asked. */
  leftMs(): number;
}

export interface RetryAfterOptions {
  readonly clock: Clock;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: (message: string) => void;
}

/** A source that wants more is asked all the same. */
const AT_MOST_MS = 3_600_000;
/** What is added at most, as a part of what was asked for: a fleet that waited does not come back in step. */
const JITTER = 0.1;
/** An answer with another status says nothing of when to come back. */
const STATUSES: ReadonlySet<number> = new Set([429, 503]);

export function createRetryAfter({ clock, elapsedMs, random, log }: RetryAfterOptions): RetryAfter {
  let until = Number.NEGATIVE_INFINITY;
  const leftMs = () => Math.max(until - elapsedMs(), 0);
  return {
    heed({ status, headers }) {
      const givenMs = STATUSES.has(status) ? readDelayMs(headers.get("retry-after") ?? "", clock()) : 0;
      const restMs = Math.min(givenMs * (1 + JITTER * random()), AT_MOST_MS);
      if (restMs <= leftMs()) return;
      if (leftMs() === 0) log(`is not asked for ${Math.ceil(restMs / 1_000)} s, as it wishes`);
      until = elapsedMs() + restMs;
    },
    leftMs,
  };
}

/** Seconds or an HTTP date as milliseconds from `now`; 0 for what is neither, or over. */
function readDelayMs(text: string, now: number): number {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = / GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.max(at - now, 0);
}
