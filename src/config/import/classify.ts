import type { Section } from "../policies/schema.ts";
import { POSTURE_INPUTS } from "../policies/schema-posture-input.ts";
import { type Plain, textAt } from "./plain.ts";

/** What an object can be: of a section of the policy files, or an item of a list that is elsewhere. */
export type Shape = Section | "items";

type Recognise = (object: Plain) => boolean;

const hasAny =
  (...keys: readonly string[]): Recognise =>
  (object) =>
    keys.some((key) => object[key] !== undefined && object[key] !== null);

const hasTypeOf =
  (types: readonly string[]): Recognise =>
  (object) =>
    types.includes(textAt(object, "type"));

const isIntegration: Recognise = (object) => hasAny("config")(object) && hasAny("interval")(object);

const LIST_TYPES = ["SERIAL", "URL", "DOMAIN", "EMAIL", "IP", "CATEGORY", "LOCATION", "DEVICE"];
const OTHER_APPLICATION_TYPES = ["self_hosted", "saas", "ssh", "vnc", "bookmark", "infrastructure", "rdp"];
const APPLICATION_KEYS = ["aud", "domain", "self_hosted_domains", "destinations", "app_launcher_visible"];

/** The first that fits is what the object is: words such as `warp` name several kinds of things. */
const SHAPES: readonly (readonly [Shape, Recognise])[] = [
  ["policies", hasAny("decision")],
  ["groups", hasAny("include")],
  ["lists", hasTypeOf(LIST_TYPES)],
  ["applications", hasAny(...APPLICATION_KEYS, "saas_app", "target_criteria", "policies")],
  ["applications", hasTypeOf(OTHER_APPLICATION_TYPES)],
  [
    "posture_rules",
    (object) =>
      hasAny("input", "schedule", "match", "expiration")(object) ||
      (hasTypeOf(Object.keys(POSTURE_INPUTS))(object) && !hasAny("config")(object)),
  ],
  ["identity_providers", (object) => hasAny("config", "type")(object) && !isIntegration(object)],
  ["service_tokens", hasAny("client_id")],
  ["certificates", hasAny("fingerprint", "associated_hostnames", "certificate")],
  ["items", hasAny("value")],
];

/** Tells what an object is by its shape; null where it is nothing that policies are made of. */
export function classify(object: Plain): Shape | null {
  return SHAPES.find(([, recognise]) => recognise(object))?.[0] ?? null;
}

/** Terraform's resource types, of version 4 and 5 of the provider. */
const RESOURCE_TYPES: readonly (readonly [Section, RegExp])[] = [
  ["applications", /^cloudflare_(?:zero_trust_)?access_application$/],
  ["policies", /^cloudflare_(?:zero_trust_)?access_policy$/],
  ["groups", /^cloudflare_(?:zero_trust_)?access_group$/],
  ["lists", /^cloudflare_(?:zero_trust|teams)_list$/],
  ["posture_rules", /^cloudflare_(?:zero_trust_)?device_posture_rule$/],
  ["identity_providers", /^cloudflare_(?:zero_trust_)?access_identity_provider$/],
  ["service_tokens", /^cloudflare_(?:zero_trust_)?access_service_token$/],
  ["certificates", /^cloudflare_(?:zero_trust_access_mtls|access_mutual_tls)_certificate$/],
];

/** What a Terraform resource is; null where it is no part of policies. */
export function classifyResource(type: string): Section | null {
  return RESOURCE_TYPES.find(([, pattern]) => pattern.test(type))?.[0] ?? null;
}
