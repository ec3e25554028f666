import { describe, expect, test } from "bun:test";
import type { Selector } from "../../src/core/model.ts";
import { messagesOf, policySetOf, withoutPlaces } from "./support.ts";

const IDP = "a5bc3a60-e11f-4aae-a109-c3d7404953ca";

const DECLARATIONS = `
lists:
  - { id: list-1, name: staff, type: EMAIL, items: [ { value: jo@example.com } ] }
  - { id: list-2, name: offices, type: IP, items: [ { value: 192.0.2.0/24 } ] }
posture_rules: [ { id: posture-1, name: on WARP, type: warp } ]
identity_providers: [ { id: ${IDP}, name: Okta, type: okta } ]
service_tokens: [ { id: token-1, name: backup, client_id: 88bf.access } ]
groups: [ { id: group-1, name: staff group, include: [ { everyone: {} } ] } ]
`;

function fileWith(rule: string): string {
  return `${DECLARATIONS}
applications:
  - { id: app-1, name: wiki, domain: wiki.example.com }
policies:
  - name: tested
    decision: allow
    include: [ ${rule} ]
`;
}

function ruleOf(rule: string): unknown {
  return withoutPlaces(policySetOf(fileWith(rule)).policies[0]?.include[0]);
}

type Case = readonly [written: string, decoded: object];

/** Every selector, as Cloudflare's API writes it. */
const SELECTORS: { readonly [S in Selector]: Case } = {
  email: ["{ email: { email: Jo@Example.com } }", { email: "jo@example.com" }],
  email_list: ["{ email_list: { id: list-1 } }", { list: "list-1" }],
  email_domain: ["{ email_domain: { domain: Example.com } }", { domain: "example.com" }],
  everyone: ["{ everyone: {} }", {}],
  ip: ["{ ip: { ip: 192.168.100.1/24 } }", { range: "192.168.100.1/24" }],
  ip_list: ["{ ip_list: { id: list-2 } }", { list: "list-2" }],
  geo: ["{ geo: { country_code: NO } }", { country: "NO" }],
  common_name: ["{ common_name: { common_name: John Doe } }", { commonName: "John Doe" }],
  certificate: ["{ certificate: {} }", {}],
  service_token: ["{ service_token: { token_id: token-1 } }", { token: "token-1" }],
  any_valid_service_token: ["{ any_valid_service_token: {} }", {}],
  linked_app_token: ["{ linked_app_token: { app_uid: app-1 } }", { application: "app-1" }],
  user_risk_score: [
    "{ user_risk_score: { user_risk_score: [low, unscored] } }",
    { levels: ["low", "unscored"] },
  ],
  login_method: [`{ login_method: { id: ${IDP} } }`, { idp: IDP }],
  auth_method: ["{ auth_method: { auth_method: mfa } }", { method: "mfa" }],
  azureAD: [`{ azureAD: { id: aa0a4aab, identity_provider_id: ${IDP} } }`, { id: "aa0a4aab", idp: IDP }],
  "github-organization": [
    `{ github-organization: { name: acme, team: core, identity_provider_id: ${IDP} } }`,
    { organization: "acme", team: "core", idp: IDP },
  ],
  gsuite: [
    `{ gsuite: { email: Devs@Example.com, identity_provider_id: ${IDP} } }`,
    { email: "devs@example.com", idp: IDP },
  ],
  okta: [`{ okta: { name: devs, identity_provider_id: ${IDP} } }`, { name: "devs", idp: IDP }],
  saml: [
    `{ saml: { attribute_name: groups, attribute_value: devs, identity_provider_id: ${IDP} } }`,
    { name: "groups", value: "devs", idp: IDP },
  ],
  oidc: [
    `{ oidc: { claim_name: roles, claim_value: dev, identity_provider_id: ${IDP} } }`,
    { name: "roles", value: "dev", idp: IDP },
  ],
  auth_context: [
    `{ auth_context: { id: 3fd0, ac_id: c1, identity_provider_id: ${IDP} } }`,
    { context: "c1", idp: IDP },
  ],
  cloudflare_account_member: [
    "{ cloudflare_account_member: { account_id: '699d98642c564d2e' } }",
    { account: "699d98642c564d2e" },
  ],
  external_evaluation: [
    "{ external_evaluation: { evaluate_url: 'https://eval.example.com/a', keys_url: 'https://eval.example.com/keys' } }",
    { evaluateUrl: "https://eval.example.com/a", keysUrl: "https://eval.example.com/keys" },
  ],
  device_posture: ["{ device_posture: { integration_uid: posture-1 } }", { posture: "posture-1" }],
  group: ["{ group: { id: group-1 } }", { group: "group-1" }],
};

describe("every selector of Cloudflare Access is read", () => {
  for (const [selector, [written, decoded]] of Object.entries(SELECTORS)) {
    test(selector, () => expect(ruleOf(written)).toEqual({ selector, ...decoded }));
  }
});

describe("optional parts of a rule may be missing or empty, as exports have them", () => {
  const cases: readonly Case[] = [
    [
      "{ github-organization: { name: acme } }",
      { selector: "github-organization", organization: "acme", team: null, idp: null },
    ],
    [
      '{ github-organization: { name: acme, team: "", identity_provider_id: null } }',
      { selector: "github-organization", organization: "acme", team: null, idp: null },
    ],
    ['{ okta: { name: devs, identity_provider_id: "" } }', { selector: "okta", name: "devs", idp: null }],
    ["{ email_domain: { domain: '@example.com' } }", { selector: "email_domain", domain: "example.com" }],
    ["{ geo: { country_code: pt } }", { selector: "geo", country: "PT" }],
    ["{ ip: { ip: '2001:db8::/32' } }", { selector: "ip", range: "2001:db8::/32" }],
    ["{ ip: { ip: 192.0.2.7 } }", { selector: "ip", range: "192.0.2.7" }],
    [
      "{ email_domain: { domain: bücher.example } }",
      { selector: "email_domain", domain: "xn--bcher-kva.example" },
    ],
  ];
  test.each(cases)("%s", (written, decoded) => expect(ruleOf(written)).toEqual(decoded));
});

describe("a rule that makes no sense is refused with what would", () => {
  const EMAIL = "email.email: expected an e-mail address such as jo@example.com";
  const DOMAIN = "email_domain.domain: expected a domain such as example.com";
  const RANGE = "ip.ip: expected an IP address or a range such as 192.0.2.0/24 or 2001:db8::/32";
  const COUNTRY = "geo.country_code: expected a country's two-letter code (ISO 3166-1) such as PT";
  const URL = "external_evaluation.evaluate_url: ";
  const cases: readonly (readonly [string, string])[] = [
    ["{ email: { email: jo } }", EMAIL],
    ["{ email: { email: '@example.com' } }", EMAIL],
    ["{ email: { email: 'jo@example.com ' } }", EMAIL],
    ["{ email_domain: { domain: jo@example.com } }", DOMAIN],
    ["{ email_domain: { domain: '*.example.com' } }", DOMAIN],
    ["{ email_domain: { domain: .example.com } }", DOMAIN],
    ["{ ip: { ip: 192.0.2.0/33 } }", RANGE],
    ["{ ip: { ip: 010.0.0.1 } }", RANGE],
    ["{ ip: { ip: example.com } }", RANGE],
    ["{ geo: { country_code: XX } }", "geo.country_code: XX stands for no country; nobody could match"],
    ["{ geo: { country_code: T1 } }", "geo.country_code: T1 stands for no country; nobody could match"],
    ["{ geo: { country_code: QQ } }", COUNTRY],
    ["{ geo: { country_code: EU } }", COUNTRY],
    ["{ geo: { country_code: Portugal } }", COUNTRY],
    [
      "{ external_evaluation: { evaluate_url: 'http://eval.example.com', keys_url: 'https://a.example' } }",
      `${URL}plain http is for this machine only (localhost, 127.0.0.1, [::1]); use https`,
    ],
    [
      "{ external_evaluation: { evaluate_url: eval.example.com, keys_url: 'https://a.example' } }",
      `${URL}expected a URL that starts with https://`,
    ],
    [
      "{ user_risk_score: { user_risk_score: [] } }",
      "user_risk_score.user_risk_score: the list is empty; it needs an entry",
    ],
    [
      "{ user_risk_score: { user_risk_score: [lowest] } }",
      'user_risk_score.user_risk_score[0]: expected one of "low", "medium", "high", "unscored", found "lowest"',
    ],
    ["{ okta: { identity_provider_id: '' } }", 'okta: the key "name" is missing'],
  ];
  test.each(cases)("%s", (written, message) => {
    expect(messagesOf(fileWith(written))).toEqual([`policies[0].include[0].${message}`]);
  });

  const whole: readonly (readonly [string, string])[] = [
    ["{}", "expected a rule of exactly one selector, such as { email: { email: jo@example.com } }"],
    [
      "{ everyone: {}, certificate: {} }",
      "expected a rule of exactly one selector, such as { email: { email: jo@example.com } }",
    ],
    [
      "everyone",
      "expected a rule of exactly one selector, such as { email: { email: jo@example.com } }, found text",
    ],
  ];
  test.each(whole)("%s", (written, message) => {
    expect(messagesOf(fileWith(written))).toEqual([`policies[0].include[0]: ${message}`]);
  });

  test("an empty selector is not everyone", () => {
    expect(messagesOf(fileWith("{ everyone: null }"))).toEqual([
      "policies[0].include[0].everyone: expected a mapping (key: value), found nothing",
    ]);
  });

  test("Terraform's spelling of a selector is an unknown key, with Cloudflare's beside it", () => {
    const [message] = messagesOf(fileWith("{ azure_ad: { id: a } }"));
    expect(message).toBe('policies[0].include[0]: unknown key "azure_ad"; did you mean "azureAD"?');
  });
});
