import { curedByLogin } from "./reason.ts";
import type { Judgement } from "./verdict.ts";

/**
 * Which verdicts a rule could come to once somebody logs in: a set of bits.
 * A rule that only a login can decide could come to match or to no match; every other keeps its verdict.
 */
export type Possibility = number;

export const CAN_MATCH = 1;
export const CAN_FAIL = 2;
export const CAN_STAY_UNKNOWN = 4;

export function possibilityOf(judgement: Judgement): Possibility {
  if (judgement.verdict === "match") return CAN_MATCH;
  if (judgement.verdict === "no_match") return CAN_FAIL;
  return curedByLogin(judgement.why) ? CAN_MATCH | CAN_FAIL : CAN_STAY_UNKNOWN;
}

/** Possibilities of "any of these", each being free of the others. Of none: no match. */
export function possibleAny(parts: readonly Possibility[]): Possibility {
  return negate(possibleAll(parts.map(negate)));
}

/** Possibilities of "all of these", each being free of the others. Of none: match. */
export function possibleAll(parts: readonly Possibility[]): Possibility {
  let canMatch = true;
  let canFail = false;
  let canAvoidFailing = true;
  let canStayUnknown = false;
  for (const part of parts) {
    canMatch &&= (part & CAN_MATCH) !== 0;
    canFail ||= (part & CAN_FAIL) !== 0;
    canAvoidFailing &&= (part & (CAN_MATCH | CAN_STAY_UNKNOWN)) !== 0;
    canStayUnknown ||= (part & CAN_STAY_UNKNOWN) !== 0;
  }
  return (
    (canMatch ? CAN_MATCH : 0) |
    (canFail ? CAN_FAIL : 0) |
    (canAvoidFailing && canStayUnknown ? CAN_STAY_UNKNOWN : 0)
  );
}

export function negate(part: Possibility): Possibility {
  return (part & CAN_MATCH ? CAN_FAIL : 0) | (part & CAN_FAIL ? CAN_MATCH : 0) | (part & CAN_STAY_UNKNOWN);
}
