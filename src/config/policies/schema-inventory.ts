import { type Static, Type } from "@sinclair/typebox";
import { Acknowledge, Ignored, oneOf, optional, SERVER_SET, strict, Text } from "./schema-parts.ts";

const IDS = { id: optional(Type.String()), uid: optional(Type.String()) } as const;

export const ListSchema = strict({
  ...IDS,
  name: Text,
  description: Ignored,
  type: oneOf(["SERIAL", "URL", "DOMAIN", "EMAIL", "IP", "CATEGORY", "LOCATION", "DEVICE"]),
  /** How many items there are: an export may come without them. */
  count: optional(Type.Integer({ minimum: 0 })),
  items: optional(
    Type.Array(strict({ value: Text, description: Ignored, ...SERVER_SET }), { title: "a list of items" }),
  ),
  acknowledge: Acknowledge,
  ...SERVER_SET,
});

export type ListJson = Static<typeof ListSchema>;

/** The id is what logins carry: none can be made up for it. */
export const IdentityProviderSchema = strict({
  id: Text,
  uid: optional(Type.String()),
  name: optional(Type.String()),
  type: oneOf([
    "onetimepin",
    "azureAD",
    "saml",
    "centrify",
    "facebook",
    "github",
    "google-apps",
    "google",
    "linkedin",
    "oidc",
    "okta",
    "onelogin",
    "pingone",
    "yandex",
    "cloudflare",
  ]),
  version: Ignored,
  config: Ignored,
  scim_config: Ignored,
  read_only: Ignored,
  ...SERVER_SET,
});

export const ServiceTokenSchema = strict({
  ...IDS,
  name: Text,
  client_id: Text,
  duration: Ignored,
  enabled: optional(Type.Boolean()),
  expires_at: Ignored,
  last_seen_at: Ignored,
  client_secret_version: Ignored,
  previous_client_secret_expires_at: Ignored,
  ...SERVER_SET,
});

export const CertificateSchema = strict({
  ...IDS,
  name: Text,
  certificate: optional(Type.String()),
  associated_hostnames: optional(Type.Array(Text)),
  fingerprint: Ignored,
  expires_on: Ignored,
  ...SERVER_SET,
});
