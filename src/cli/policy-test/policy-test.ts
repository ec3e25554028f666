import type { Facts } from "../../core/fact.ts";
import type { Place } from "../../core/place.ts";
import type { DecisionReason } from "../../core/reason.ts";

/** Of a denial, `login` is one that logging in could turn, and `deny` any other. */
export type Answer = "permit" | "deny" | "login";

/** What a request asks for: an application by its id, or whatever is at a URL. */
export type Target = { readonly application: string } | { readonly url: string };

/** What an answer must be; null where it may be any. */
export interface Expectation {
  readonly answer: Answer;
  readonly reason: DecisionReason | null;
  /** Id or name of the policy that decides. */
  readonly policy: string | null;
}

/** One written-down request and the answer that it should get. */
export interface PolicyTest {
  readonly name: string;
  readonly place: Place;
  readonly target: Target;
  readonly facts: Facts;
  readonly expected: Expectation;
}
