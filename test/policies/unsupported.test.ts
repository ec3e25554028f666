import { describe, expect, test } from "bun:test";
import { messagesOf } from "./support.ts";

type Refused = readonly [written: string, message: string];

function policyWith(keys: string): string {
  return `policies: [ { name: p, decision: allow, include: [ { everyone: {} } ], ${keys} } ]`;
}

function applicationWith(keys: string): string {
  return `applications: [ { name: wiki, ${keys} } ]`;
}

const MFA = "Postern asks for no second factor itself; set mfa_disabled to true, and require an auth_method";
const APPROVAL = "temporary access by approval is not available here";

describe("what would keep people out of a policy at Cloudflare is refused by name, never ignored", () => {
  const refused: readonly Refused[] = [
    ["isolation_required: true", "browser isolation is not available here; set it to false"],
    ["purpose_justification_required: true", "nobody is asked for a purpose here; set it to false"],
    ["approval_required: true", `${APPROVAL}; set it to false`],
    [
      "approval_groups: [ { approvals_needed: 1 } ]",
      `${APPROVAL}; remove them, or set approval_required to false`,
    ],
    ["mfa_config: { allowed_authenticators: [ totp ] }", MFA],
    ["mfa_config: { mfa_disabled: false }", MFA],
    [
      "connection_rules: { ssh: { usernames: [ root ] } }",
      "what may be done over SSH or RDP is not controlled here; remove them",
    ],
  ];
  test.each(refused)("%s", (written, message) => {
    const key = written.slice(0, written.indexOf(":"));
    expect(messagesOf(policyWith(written))).toEqual([`policies[0].${key}: ${message}`]);
  });

  test("also in a policy that has other faults", () => {
    expect(messagesOf(policyWith("isolation_required: true, nonsense: 1"))).toHaveLength(2);
  });
});

describe("the same, switched off or empty, changes nothing and is accepted", () => {
  test.each([
    "isolation_required: false",
    "purpose_justification_required: false, purpose_justification_prompt: Why?",
    "approval_required: false, approval_groups: [ { approvals_needed: 1 } ]",
    "approval_required: null, approval_groups: []",
    "mfa_config: null",
    "mfa_config: {}",
    "mfa_config: { mfa_disabled: true, allowed_authenticators: [ totp ] }",
    "connection_rules: {}",
    "connection_rules: null",
  ])("%s", (written) => expect(messagesOf(policyWith(written))).toEqual([]));
});

describe("what would change who reaches an application is refused by name", () => {
  const refused: readonly Refused[] = [
    ["allow_authenticate_via_warp: true", "a WARP session is no login here; set it to false"],
    [
      "domain_type: private",
      "private hostnames can only be reached through Cloudflare; give the application a public one",
    ],
    ["enable_binding_cookie: true", "only Cloudflare's edge can check the binding cookie; set it to false"],
    ["mfa_config: { session_duration: 24h }", MFA],
    ["oauth_configuration: { enabled: true }", "Postern is no OAuth server; set enabled to false"],
    [
      "options_preflight_bypass: true, cors_headers: { allow_all_origins: true }",
      "it cannot be combined with cors_headers, as at Cloudflare; keep one of them",
    ],
    ["target_criteria: [ {} ]", "infrastructure targets can only be reached through Cloudflare; remove them"],
  ];
  test.each(refused)("%s", (written, message) => {
    const key = written.slice(0, written.indexOf(":"));
    expect(messagesOf(applicationWith(written))).toEqual([`applications[0].${key}: ${message}`]);
  });

  const types: readonly Refused[] = [
    ["app_launcher", "Cloudflare's App Launcher"],
    ["warp", "devices that enrol with Cloudflare"],
    ["biso", "Cloudflare's isolated browser"],
    ["dash_sso", "Cloudflare's dashboard"],
    ["infrastructure", "SSH through Cloudflare's network"],
    ["rdp", "RDP in Cloudflare's browser client"],
    ["mcp", "servers behind Cloudflare's MCP portal"],
    ["mcp_portal", "Cloudflare's MCP portal"],
    ["proxy_endpoint", "proxy endpoints of Cloudflare Gateway"],
    ["end_user", "Cloudflare's pages for end users"],
  ];
  test.each(types)("applications of type %s", (type, what) => {
    expect(messagesOf(applicationWith(`type: ${type}`))).toEqual([
      `applications[0].type: applications of type ${type} are about ${what} and cannot be decided here; remove the application`,
    ]);
  });

  test.each([
    "private",
    "via_mcp_server_portal",
    "worker",
    "preview_worker",
    "all_workers",
    "all_preview_workers",
  ])("destinations of type %s", (type) => {
    const written = applicationWith(
      `destinations: [ { type: public, uri: a.example.com }, { type: ${type} } ]`,
    );
    expect(messagesOf(written)).toEqual([
      `applications[0].destinations[1]: a destination of type ${type} can only be reached through Cloudflare; remove it`,
    ]);
  });
});

describe("what is for display, or only for browsers, is accepted", () => {
  test.each([
    "allow_authenticate_via_warp: false",
    "enable_binding_cookie: false, http_only_cookie_attribute: true, same_site_cookie_attribute: lax",
    "cors_headers: { allow_all_origins: true }, options_preflight_bypass: false",
    "cors_headers: null, options_preflight_bypass: true",
    "oauth_configuration: { enabled: false }",
    'read_service_tokens_from_header: "", custom_deny_url: "", custom_deny_message: null',
    "app_launcher_visible: true, logo_url: https://example.com/l.png, skip_interstitial: true",
    "type: ssh",
    "type: vnc",
    "type: saas, saas_app: { auth_type: saml }, scim_config: { enabled: true }",
  ])("%s", (written) => expect(messagesOf(applicationWith(written))).toEqual([]));
});

describe("the rest that cannot be had", () => {
  test("uptycs has no posture rule at Cloudflare, only an integration", () => {
    expect(messagesOf("posture_rules: [ { name: u, type: uptycs, input: { score: 3 } } ]")).toEqual([
      "posture_rules[0].type: Cloudflare has no posture rule for Uptycs, so that nothing says who passes; remove the rule",
    ]);
  });

  test("a posture rule that is switched off", () => {
    expect(messagesOf("posture_rules: [ { name: w, type: warp, enabled: false } ]")).toEqual([
      "posture_rules[0].enabled: a rule that is switched off never passes; remove it and what refers to it",
    ]);
  });

  test("a service token that is switched off", () => {
    expect(messagesOf("service_tokens: [ { name: t, client_id: a.access, enabled: false } ]")).toEqual([
      "service_tokens[0].enabled: a token that is switched off lets nobody in; remove it and what refers to it",
    ]);
  });
});
