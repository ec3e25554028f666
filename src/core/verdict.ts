/** What a rule, a group or a policy says of one request: Kleene's three values. */
export type Verdict = "match" | "no_match" | "unknown";
