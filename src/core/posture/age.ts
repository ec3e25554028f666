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
