import { UNKNOWN_REASONS, type UnknownReason } from "./reason.ts";

/** What a rule, a group or a policy says of one request: Kleene's three values. */
export type Verdict = "match" | "no_match" | "unknown";

/** A verdict with the reason for an unknown one. All judgements are shared, frozen values. */
export type Judgement =
  | { readonly verdict: "match"; readonly why: null }
  | { readonly verdict: "no_match"; readonly why: null }
  | { readonly verdict: "unknown"; readonly why: UnknownReason };

export const MATCH: Judgement = Object.freeze({ verdict: "match", why: null });
export const NO_MATCH: Judgement = Object.freeze({ verdict: "no_match", why: null });

const UNKNOWNS: ReadonlyMap<UnknownReason, Judgement> = new Map(
  unknownReasons().map((why) => [why, Object.freeze({ verdict: "unknown", why })]),
);

const UNSUPPORTED: Judgement = Object.freeze({ verdict: "unknown", why: "unsupported" });

/** The judgement that nothing can be said, because of `why`. */
export function undecided(why: UnknownReason): Judgement {
  return UNKNOWNS.get(why) ?? UNSUPPORTED;
}

function unknownReasons(): UnknownReason[] {
  const isReason = (name: string): name is UnknownReason => Object.hasOwn(UNKNOWN_REASONS, name);
  return Object.keys(UNKNOWN_REASONS).filter(isReason);
}
