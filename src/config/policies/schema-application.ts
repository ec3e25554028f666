import { type TSchema, Type } from "@sinclair/typebox";
import { Acknowledge, Ignored, oneOf, optional, SERVER_SET, strict, Text } from "./schema-parts.ts";
import { MfaConfig, PolicyLinkSchema, PolicySchema } from "./schema-policy.ts";
import { DurationText, HeaderNameText, UrlText } from "./texts.ts";

const ApplicationType = oneOf(["self_hosted", "saas", "ssh", "vnc", "bookmark"]);

const DestinationType = oneOf([
  "public",
  "private",
  "via_mcp_server_portal",
  "worker",
  "preview_worker",
  "all_workers",
  "all_preview_workers",
]);

export const DestinationSchema = strict({
  type: optional(DestinationType),
  uri: optional(Type.String()),
  cidr: Ignored,
  hostname: Ignored,
  l4_protocol: Ignored,
  port_range: Ignored,
  vnet_id: Ignored,
  mcp_server_id: Ignored,
  worker_id: Ignored,
});

const Flag = optional(Type.Boolean());
const Url = optional(UrlText);
const Settings = optional(Type.Record(Type.String(), Type.Unknown()));

const DESTINATION_KEYS = {
  domain: optional(Type.String()),
  self_hosted_domains: optional(Type.Array(Type.String())),
  destinations: optional(Type.Array(DestinationSchema)),
} as const;

const ALLOWED_IDPS = { allowed_idps: optional(Type.Array(Text)) } as const;

/** The login methods of an application, beside whatever else there is. */
export const AllowedIdpsSchema = Type.Object(ALLOWED_IDPS);

/** Where an application lives, beside whatever else there is. */
export const DestinationsSchema = Type.Object(DESTINATION_KEYS);

const APPLICATION_KEYS = {
  id: optional(Type.String()),
  uid: optional(Type.String()),
  name: Text,
  type: optional(ApplicationType),
  aud: optional(Type.String()),
  domain_type: optional(oneOf(["public", "private"])),
  ...DESTINATION_KEYS,
  ...ALLOWED_IDPS,
  session_duration: optional(DurationText),
  options_preflight_bypass: Flag,
  read_service_tokens_from_header: optional(HeaderNameText),
  service_auth_401_redirect: Flag,
  custom_deny_url: Url,
  custom_non_identity_deny_url: Url,
  custom_deny_message: optional(Type.String()),
  tags: optional(Type.Array(Type.String())),
  acknowledge: Acknowledge,

  allow_authenticate_via_warp: Flag,
  enable_binding_cookie: Flag,
  mfa_config: MfaConfig,
  oauth_configuration: Settings,
  target_criteria: optional(Type.Array(Type.Unknown())),

  // How a browser is answered, and what is shown: nothing of it decides.
  allow_iframe: Ignored,
  app_launcher_logo_url: Ignored,
  app_launcher_visible: Ignored,
  auto_redirect_to_identity: Ignored,
  bg_color: Ignored,
  cors_headers: Ignored,
  custom_pages: Ignored,
  description: Ignored,
  eager_redirect_cookie_setting: Ignored,
  footer_links: Ignored,
  header_bg_color: Ignored,
  http_only_cookie_attribute: Ignored,
  landing_page_design: Ignored,
  logo_url: Ignored,
  path_cookie_attribute: Ignored,
  saas_app: Ignored,
  same_site_cookie_attribute: Ignored,
  scim_config: Ignored,
  skip_app_launcher_login_page: Ignored,
  skip_interstitial: Ignored,
  use_clientless_isolation_app_launcher_url: Ignored,
  ...SERVER_SET,
} as const;

function policiesOf<T extends TSchema>(policy: T) {
  return { policies: optional(Type.Array(policy, { title: "a list of policies" })) };
}

export const ApplicationSchema = strict({
  ...APPLICATION_KEYS,
  ...policiesOf(Type.Union([Text, PolicyLinkSchema, PolicySchema])),
});

/** An application whose policies are yet to be checked: one by one, so that no fault hides another. */
export const ApplicationShellSchema = strict({ ...APPLICATION_KEYS, ...policiesOf(Type.Unknown()) });

/** The policies of an application, beside whatever else there is. */
export const ListedPoliciesSchema = Type.Object(policiesOf(Type.Unknown()));
