import type { Effect } from "../model.ts";

/** What people call a policy of an effect, with its article. */
export const A_POLICY: { readonly [E in Effect]: string } = {
  allow: "an Allow policy",
  deny: "a Block policy",
  bypass: "a Bypass policy",
  non_identity: "a Service Auth policy",
};
