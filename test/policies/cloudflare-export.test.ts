import { describe, expect, test } from "bun:test";
import { messagesOf, policySetOf } from "./support.ts";

const STAMPS = { created_at: "2026-03-01T10:00:00Z", updated_at: "2026-03-02T10:00:00Z" };
const RULES = {
  include: [
    { email_domain: { domain: "example.com" } },
    { group: { id: "aa0a4aab-672b-4bdb-bc33-a59f1130a11f" } },
  ],
  exclude: [],
  require: [{ device_posture: { integration_uid: "f8c1b5a0-4c7e-4a5a-8f0e-0d9b3f6f1a11" } }],
};

/** A reusable policy as the API returns it, with nothing switched on. */
const POLICY = {
  id: "f174e90a-fafe-4643-bbbc-4a0ed4fc8415",
  uid: "f174e90a-fafe-4643-bbbc-4a0ed4fc8415",
  name: "Allow devs",
  decision: "allow",
  ...RULES,
  precedence: 1,
  reusable: true,
  app_count: 2,
  session_duration: "24h",
  isolation_required: false,
  purpose_justification_required: false,
  purpose_justification_prompt: "",
  approval_required: false,
  approval_groups: [],
  mfa_config: null,
  connection_rules: {},
  ...STAMPS,
};

/** An account, put together from what the API returns, list by list. */
const EXPORT = {
  applications: [
    {
      id: "3537a672-e4d8-4d89-aab9-26cb622918a1",
      uid: "3537a672-e4d8-4d89-aab9-26cb622918a1",
      type: "self_hosted",
      name: "Wiki",
      aud: "737646a56ab1df6ec9bddc7e5ca84eaf3b0768850f3ffb5d74f1534911fe3893",
      domain: "wiki.example.com/eng",
      self_hosted_domains: ["wiki.example.com/eng"],
      destinations: [{ type: "public", uri: "wiki.example.com/eng" }],
      app_launcher_visible: true,
      allowed_idps: ["a5bc3a60-e11f-4aae-a109-c3d7404953ca"],
      auto_redirect_to_identity: false,
      allow_authenticate_via_warp: false,
      session_duration: "24h",
      policies: [POLICY],
      tags: [],
      logo_url: "",
      custom_deny_message: "",
      custom_deny_url: "",
      custom_non_identity_deny_url: "",
      custom_pages: [],
      cors_headers: null,
      enable_binding_cookie: false,
      http_only_cookie_attribute: true,
      same_site_cookie_attribute: "",
      path_cookie_attribute: false,
      eager_redirect_cookie_setting: true,
      service_auth_401_redirect: false,
      skip_interstitial: false,
      options_preflight_bypass: false,
      read_service_tokens_from_header: "",
      mfa_config: null,
      oauth_configuration: null,
      scim_config: null,
      ...STAMPS,
    },
    {
      id: "1f1f1f1f-e4d8-4d89-aab9-26cb622918a1",
      type: "saas",
      name: "CRM",
      aud: "97e2aae120121f902df8bc99fc345913ab186d174f3079ea729236766b2e7c4a",
      domain: "acme.cloudflareaccess.com/cdn-cgi/access/sso/saml/97e2",
      saas_app: { auth_type: "saml", consumer_service_url: "https://crm.example/saml" },
      policies: [{ id: POLICY.id, precedence: 1 }],
      ...STAMPS,
    },
  ],
  policies: [{ ...POLICY, precedence: 0 }],
  groups: [
    {
      id: "aa0a4aab-672b-4bdb-bc33-a59f1130a11f",
      uid: "aa0a4aab-672b-4bdb-bc33-a59f1130a11f",
      name: "Contractors",
      include: [{ email_list: { id: "597147a1-976b-4ef2-9af0-81d5d007fc34" } }],
      exclude: [],
      require: [],
      is_default: [],
      ...STAMPS,
    },
  ],
  lists: [
    {
      id: "597147a1-976b-4ef2-9af0-81d5d007fc34",
      name: "Contractors",
      description: "",
      type: "EMAIL",
      count: 1,
      items: [{ value: "test1@cloudflare.com", description: "", created_at: STAMPS.created_at }],
      ...STAMPS,
    },
  ],
  posture_rules: [
    {
      id: "f8c1b5a0-4c7e-4a5a-8f0e-0d9b3f6f1a11",
      name: "Disks",
      type: "disk_encryption",
      description: "",
      schedule: "5m",
      expiration: "",
      match: [{ platform: "mac" }],
      input: { checkDisks: [], requireAll: true },
      ...STAMPS,
    },
  ],
  identity_providers: [
    {
      id: "a5bc3a60-e11f-4aae-a109-c3d7404953ca",
      type: "onetimepin",
      name: "",
      config: { redirect_url: "https://example.cloudflareaccess.com/cdn-cgi/access/callback" },
      version: "57c1fa",
    },
  ],
  service_tokens: [
    {
      id: "ca639bb9-26ab-42e5-b9bf-3aea27b331fd",
      name: "CI",
      client_id: "88bf3b6d86161464f6509f7219099e57.access",
      duration: "8760h",
      expires_at: "2027-01-01T00:00:00Z",
      last_seen_at: null,
      ...STAMPS,
    },
  ],
  certificates: [
    { id: "c1", name: "Root", fingerprint: "MD5 Fingerprint", associated_hostnames: [], expires_on: "2028" },
  ],
};

describe("an export of Cloudflare's API", () => {
  test("works unmodified", () => {
    const { applications, policies } = policySetOf(JSON.stringify(EXPORT));
    expect(applications.map(({ name, policies }) => [name, policies[0]?.id])).toEqual([
      ["CRM", POLICY.id],
      ["Wiki", POLICY.id],
    ]);
    expect(policies).toHaveLength(1);
  });

  test("is one policy wherever it is repeated", () => {
    const { applications, policies } = policySetOf(JSON.stringify(EXPORT));
    for (const application of applications) expect<unknown>(application.policies[0]).toBe(policies[0]);
  });

  test("works without the reusable policies beside the applications that hold them", () => {
    const { applications } = EXPORT;
    const text = JSON.stringify({ ...EXPORT, applications: applications.slice(0, 1), policies: [] });
    expect(messagesOf(text)).toEqual([]);
  });

  test("with everything switched on that Postern cannot do is refused, each by its name", () => {
    const documented = {
      ...POLICY,
      include: [{ everyone: {} }],
      require: [],
      purpose_justification_required: true,
      purpose_justification_prompt: "Please enter a justification…",
      approval_required: true,
      approval_groups: [
        {
          approvals_needed: 1,
          email_addresses: ["test1@cloudflare.com"],
          email_list_uuid: "597147a1-976b-4ef2-9af0-81d5d007fc34",
        },
      ],
      mfa_config: {
        allowed_authenticators: ["totp", "biometrics", "security_key"],
        mfa_disabled: false,
        session_duration: "24h",
      },
      connection_rules: {
        rdp: { allowed_clipboard_local_to_remote_formats: ["text", "file"] },
        ssh: { usernames: ["root"], allow_email_alias: false },
      },
    };
    const named = messagesOf(JSON.stringify({ policies: [documented] })).map(
      (message) => message.split(":")[0],
    );
    expect(named.toSorted()).toEqual([
      "policies[0].approval_groups",
      "policies[0].approval_required",
      "policies[0].connection_rules",
      "policies[0].mfa_config",
      "policies[0].purpose_justification_required",
    ]);
  });
});

describe("the documented require pitfall", () => {
  const REQUIRE = "require: [ { geo: { country_code: US } }, { geo: { country_code: PT } } ]";

  test("is refused without an include: a policy needs one", () => {
    const text = `policies: [ { name: Employees, decision: allow, ${REQUIRE} } ]`;
    expect(messagesOf(text)).toEqual([
      "policies[0]: nobody is included, so that it could never match; say who is, or everyone: {}",
    ]);
  });

  test("is read with everyone included, though nobody can match", () => {
    const text = `policies: [ { name: Employees, decision: allow, include: [ { everyone: {} } ], ${REQUIRE} } ]`;
    expect(policySetOf(text).policies[0]?.require).toHaveLength(2);
  });
});
