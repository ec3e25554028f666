import { DECISION_REASONS, type DecisionReason } from "../../core/reason.ts";

/** Why a request is denied before any application has decided about it. */
export const REFUSALS = {
  untrusted_peer: "the request came from no peer of this listener",
  not_http: "the request is not well-formed HTTP",
  duplicate_header: "a header that decides came twice",
  header_twin: "a header has another spelling of the name of one that decides",
  forged_header: "a header came that only Postern may set",
  connection_names_header: "Connection names a header that decides",
  missing_header: "a header that the proxy must set is missing",
  unknown_method: "the method is not known",
  malformed_url: "the scheme, the host, the path or the query is malformed",
  ambiguous_target: "the path can be read as one of several applications",
  no_application: "no application is there",
  failed: "Postern failed",
} as const;

export type Refusal = keyof typeof REFUSALS;

/** What `X-Postern-Reason` says: the reason of a decision, or why there was none. */
export type ProxyReason = DecisionReason | Refusal;

/** The reason in a sentence. */
export function sentenceOf(reason: ProxyReason): string {
  return isRefusal(reason) ? REFUSALS[reason] : DECISION_REASONS[reason];
}

function isRefusal(reason: ProxyReason): reason is Refusal {
  return Object.hasOwn(REFUSALS, reason);
}
