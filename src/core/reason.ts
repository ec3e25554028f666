/** Why a fact or a rule is unknown. */
export const UNKNOWN_REASONS = {
  no_person: "nobody has logged in",
  log_in_again: "the session does not hold it; logging in again would cure that",
  session_revoked: "the login was revoked",
  session_expired: "the session has lasted as long as it may",
  login_too_old: "the login is older than what the store remembers",
  login_undated: "an earlier login was revoked, and the token does not say when its own was",
  not_provided: "no source provides it",
  missing: "the source left it out",
  malformed: "the source gave a value that makes no sense",
  unverified: "the source says that nobody has verified it",
  expired: "what was learnt is too old",
  from_the_future: "it was learnt in the future: a clock is wrong",
  incomplete: "only a part of the set was learnt",
  timeout: "the source did not answer in time",
  unreachable: "the source could not be reached",
  refused: "the source refused to answer",
  failed: "the source failed",
  too_large: "the source answered with too much",
  circuit_open: "the source failed too often and is being left alone",
  overloaded: "too many questions to the source at once",
  disagreement: "two sources disagree",
  no_device: "no device was named",
  several_devices: "several devices match and none was named",
  wrong_platform: "the rule is for another platform",
  no_timestamp: "the result carries no time",
  reported_error: "the check itself reported an error",
  store_unavailable: "the store could not be reached",
  not_consulted: "the person does not count in this kind of policy",
  unsupported: "the selector is not supported here",
  broken_reference: "it refers to something that does not exist, or to itself",
} as const;

export type UnknownReason = keyof typeof UNKNOWN_REASONS;

const CURED_BY_LOGIN: ReadonlySet<UnknownReason> = new Set([
  "no_person",
  "log_in_again",
  "session_revoked",
  "session_expired",
  "login_too_old",
]);

/** Unknowns that a login would cure. */
export function curedByLogin(why: UnknownReason): boolean {
  return CURED_BY_LOGIN.has(why);
}

/** Why a request was permitted or denied: the closed list that logs, metrics and answers use. */
export const DECISION_REASONS = {
  policy_allowed: "an Allow policy matched",
  policy_bypassed: "a Bypass policy matched",
  service_authorized: "a Service Auth policy matched",
  policy_blocked: "a Block policy matched",
  block_undecided: "a Block policy could not be decided, so it blocks",
  undecided: "a policy that might have permitted could not be decided",
  no_policy_matched: "no policy matched",
  login_required: "nobody is logged in; a login could lead to a permit",
  idp_not_allowed: "the application does not accept the login method that was used",
  session_revoked: "the login was revoked",
  login_too_old: "the login is older than what the store remembers; logging in again cures it",
  sign_on_only: "a SaaS application is decided when somebody signs on, and not at each request",
  store_unavailable: "the store could not be reached",
  answered_before: "the same question was answered so a moment ago",
  deadline_exceeded: "the answer was not ready in time",
  preflight_bypassed: "the application lets the preflight requests of CORS pass",
  credential_refused: "a credential that came with the request does not hold",
  identities_differ: "the credentials name different people",
  signing_failed: "the verdict could not be signed",
} as const;

export type DecisionReason = keyof typeof DECISION_REASONS;
