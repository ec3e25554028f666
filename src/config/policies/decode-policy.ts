import type { Effect, Policy } from "../../core/model.ts";
import { acknowledgements } from "./acknowledgements.ts";
import { decodeRuleLists } from "./decode-rule.ts";
import type { Entry } from "./directory.ts";
import type { References } from "./references.ts";
import { type PolicyJson, PolicyShellSchema } from "./schema-policy.ts";
import { DurationText, readOptional } from "./texts.ts";
import { refuseUnsupported, UNSUPPORTED_IN_POLICY } from "./unsupported.ts";

/** Cloudflare's words and the dashboard's. */
const EFFECTS: { readonly [decision in PolicyJson["decision"]]: Effect } = {
  allow: "allow",
  deny: "deny",
  block: "deny",
  bypass: "bypass",
  non_identity: "non_identity",
  service_auth: "non_identity",
};

export function decodePolicy({ id, name, at }: Entry, to: References): Policy | null {
  const json = at.read(PolicyShellSchema);
  const supported = refuseUnsupported(at, UNSUPPORTED_IN_POLICY);
  const lists = decodeRuleLists(at, to);
  if (!json || !supported || !lists) return null;
  return {
    id,
    name,
    effect: EFFECTS[json.decision],
    ...lists,
    sessionDurationMs: readOptional(DurationText, json.session_duration),
    acknowledge: acknowledgements(json.acknowledge),
    place: at.place,
  };
}
