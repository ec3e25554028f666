import { MAX_FUTURE_MS } from "../fact.ts";
import { type Judgement, undecided } from "../verdict.ts";
import { decided, MALFORMED } from "./compiled-check.ts";

const FROM_THE_FUTURE = undecided("from_the_future");

/** Judges how long ago `at` was (milliseconds since the epoch); no time, or one still to come, tells nothing. */
export function judgeAge(at: number, now: number, isFit: (ageMs: number) => boolean): Judgement {
  if (!Number.isFinite(at)) return MALFORMED;
  if (at > now + MAX_FUTURE_MS) return FROM_THE_FUTURE;
  return decided(isFit(Math.max(0, now - at)));
}

/** When next, after `now`, a judgement of how long ago `at` was may turn that turns at the age of `ageMs`. */
export function turnOfAge(at: number, ageMs: number, now: number): number {
  const turn = at + ageMs;
  if (now < turn) return turn;
  // Exactly that old may still be fit, and older not.
  return now < turn + 1 ? turn + 1 : Number.POSITIVE_INFINITY;
}
