import type { About, Check } from "../../core/checks.ts";
import { curedByLogin, type DecisionReason, UNKNOWN_REASONS, type UnknownReason } from "../../core/reason.ts";
import type { DenialRecord } from "./denial-record.ts";

/** Nothing that the person could do would change these. */
const OURS: ReadonlySet<DecisionReason> = new Set([
  "store_unavailable",
  "deadline_exceeded",
  "signing_failed",
]);

/** Why it was denied, to whom it was denied. */
const REASONS: Readonly<Partial<Record<DecisionReason, string>>> = {
  no_policy_matched: "You do not meet all that this application asks for.",
  policy_blocked: "A rule of this application keeps you out.",
  block_undecided: "A rule that may keep you out could not be checked, so you are kept out for now.",
  undecided: "Something that this application asks for could not be checked.",
  idp_not_allowed: "This application does not accept the way you logged in.",
  session_revoked: "Your login was ended by an administrator.",
  identities_differ: "Your browser sent the credentials of two different people.",
  sign_on_only: "This application is opened by signing on to it, and not through this address.",
};

const FAILED = "Access could not be checked just now. This is not about you.";

/** Why, in a sentence. */
export function tellReason(reason: DecisionReason): string {
  return OURS.has(reason) ? FAILED : (REASONS[reason] ?? "You do not have access.");
}

const MENDS: Readonly<Record<About, string>> = {
  identity: "Log in with the account that has access, or ask for access.",
  device: "Put it right on your device, or use the one that you were given for work, and check again.",
  network: "Try from another network, such as the one at work or the VPN.",
  credential: "Ask whoever runs this application for the certificate or token that it wants.",
  other: "Ask whoever runs this application.",
};

/** What to do about a check that failed. */
function mendOf({ about, verdict, why }: Check): string {
  if (verdict !== "unknown" || why === null) return MENDS[about];
  if (curedByLogin(why)) return "Log out and in again.";
  return PASSING.has(why) ? "Check again in a moment." : MENDS[about];
}

/** Unknowns that go away by themselves. */
const PASSING: ReadonlySet<UnknownReason> = new Set([
  "expired",
  "timeout",
  "unreachable",
  "refused",
  "failed",
  "circuit_open",
  "overloaded",
  "store_unavailable",
]);

/** What to do about a denial: one line for each thing to do, none twice. */
export function listMends({ reason, policies }: DenialRecord): readonly string[] {
  if (reason === null) return [];
  if (OURS.has(reason)) return ["Check again in a moment."];
  if (reason === "session_revoked") return ["Log out and in again."];
  if (reason === "idp_not_allowed") return ["Log in another way."];
  const obstacles = policies
    .filter(({ effect }) => effect !== "deny")
    .flatMap(({ checks }) => checks.filter(({ isObstacle }) => isObstacle));
  return [...new Set(obstacles.map(mendOf))];
}

/** How a check came out. `good` is what lets somebody in. */
export function tellCheck({ list, verdict, why }: Check): {
  readonly mark: "good" | "bad" | "open";
  readonly text: string;
} {
  if (verdict === "unknown") {
    return {
      mark: "open",
      text: why === null ? "could not be checked" : `could not be checked: ${UNKNOWN_REASONS[why]}`,
    };
  }
  const isGood = list === "exclude" ? verdict === "no_match" : verdict === "match";
  if (list === "exclude")
    return isGood ? { mark: "good", text: "does not apply" } : { mark: "bad", text: "keeps you out" };
  return isGood ? { mark: "good", text: "holds" } : { mark: "bad", text: "does not hold" };
}
