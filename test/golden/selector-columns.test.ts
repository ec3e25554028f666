import { describe, expect, test } from "bun:test";
import { basename } from "node:path";
import { Glob } from "bun";
import { type Phase, phaseOf } from "../../src/core/attribute.ts";
import { compilePolicySet } from "../../src/core/compile.ts";
import type { Rule } from "../../src/core/model.ts";
import { requirements } from "../../src/core/requirements.ts";
import { SELECTORS } from "../../src/core/selectors/table.ts";
import { policySetOf } from "../policies/support.ts";

/** Selector of the documentation, a rule of it, and whether it is checked continuously beside at login. */
type Row = readonly [selector: string, rule: string, continuously: boolean];

const DOCUMENTED: readonly Row[] = [
  ["Emails", "email: { email: user@example.com }", false],
  ["Emails ending in", "email_domain: { domain: company.com }", false],
  [
    "External Evaluation",
    "external_evaluation: { evaluate_url: 'https://a.example', keys_url: 'https://a.example/keys' }",
    false,
  ],
  ["IP ranges", "ip: { ip: 192.168.100.1/24 }", true],
  ["Country", "geo: { country_code: PT }", true],
  ["Everyone", "everyone: {}", false],
  ["Common Name", "common_name: { common_name: John Doe }", true],
  ["Valid Certificate", "certificate: {}", true],
  ["Service Token", "service_token: { token_id: ci }", true],
  ["Any Access Service Token", "any_valid_service_token: {}", true],
  ["Login Methods", "login_method: { id: idp }", false],
  ["Authentication Method", "auth_method: { auth_method: mfa }", false],
  ["Identity provider group of Azure AD", "azureAD: { id: 6f9e1a2b, identity_provider_id: idp }", false],
  [
    "Identity provider group of GitHub",
    "github-organization: { name: acme, identity_provider_id: idp }",
    false,
  ],
  [
    "Identity provider group of Google",
    "gsuite: { email: team@example.com, identity_provider_id: idp }",
    false,
  ],
  ["Identity provider group of Okta", "okta: { name: Engineers, identity_provider_id: idp }", false],
  ["SAML Group", "saml: { attribute_name: a, attribute_value: b, identity_provider_id: idp }", false],
  ["OIDC Claim", "oidc: { claim_name: a, claim_value: b, identity_provider_id: idp }", false],
  ["Device posture", "device_posture: { integration_uid: firewall }", true],
  ["Warp", "device_posture: { integration_uid: warp }", true],
  ["Gateway", "device_posture: { integration_uid: gateway }", true],
];

/** Selectors that came later, or that the table of the documentation leaves out. */
const UNDOCUMENTED: readonly Row[] = [
  ["Email list", "email_list: { id: board }", false],
  ["IP list", "ip_list: { id: offices }", true],
  ["User Risk Score", "user_risk_score: { user_risk_score: [low] }", true],
  ["Linked App Token", "linked_app_token: { app_uid: wiki }", true],
  ["Authentication Context", "auth_context: { ac_id: c1, identity_provider_id: idp }", false],
  ["Cloudflare Account Member", "cloudflare_account_member: { account_id: 699d98642c56 }", false],
];

const ROWS = [...DOCUMENTED, ...UNDOCUMENTED];

/** An application that has this rule alone, and the phases in which what it asks for is learnt. */
function read(rule: string): { readonly rule: Rule; readonly phases: readonly Phase[] } {
  const set = policySetOf(`
applications:
  - { name: wiki, policies: [{ name: p, decision: allow, include: [{ ${rule} }] }] }
identity_providers: [{ id: idp, name: IdP, type: okta }]
service_tokens: [{ id: ci, name: CI, client_id: 0123.access }]
lists:
  - { id: board, name: Board, type: EMAIL, items: [{ value: ann@example.com }] }
  - { id: offices, name: Offices, type: IP, items: [{ value: 198.51.100.0/24 }] }
posture_rules:
  - { id: firewall, name: Firewall, type: firewall, input: { operating_system: mac, enabled: true } }
  - { id: warp, name: WARP, type: warp }
  - { id: gateway, name: Gateway, type: gateway }
`);
  const application = compilePolicySet(set).applications.get("wiki") ?? expect.unreachable();
  const [included] = application.application.policies[0]?.include ?? [];
  // Every Allow asks for the person beside what its rules ask for.
  const asked = requirements(application).filter((name) => name !== "identity.subject");
  return { rule: included ?? expect.unreachable(), phases: [...new Set(asked.map(phaseOf))] };
}

describe("the selector", () => {
  test.each(ROWS)("%s asks { %s }, and is checked continuously: %p", (_, text, continuously) => {
    expect(SELECTORS[read(text).rule.selector].continuous).toBe(continuously);
  });

  test.each(ROWS)("%s asks { %s } for what is learnt when it is checked", (_, text, continuously) => {
    const { rule, phases } = read(text);
    const learnt: readonly Phase[] =
      rule.selector === "everyone" ? [] : [continuously ? "continuous" : "login"];
    expect(phases).toEqual(learnt);
  });

  test("of a rule group has no columns of its own: its rules have them", () => {
    expect(SELECTORS.group).toMatchObject({ continuous: null, identity: null });
  });
});

test("identity-based attributes are only checked at login, but for the risk score; the others continuously", () => {
  const watched = Object.entries(SELECTORS).filter(([, entry]) => entry.identity && entry.continuous);
  expect(watched.map(([name]) => name)).toEqual(["user_risk_score"]);
  const frozen = Object.entries(SELECTORS).filter(([, { identity, continuous }]) => !identity && !continuous);
  expect(frozen.map(([name]) => name).toSorted()).toEqual(["everyone", "group"]);
});

test("every selector has its row", () => {
  const selectors = new Set<string>(ROWS.map(([, text]) => read(text).rule.selector)).add("group");
  expect([...selectors].toSorted()).toEqual(Object.keys(SELECTORS).toSorted());
});

test("every selector has its golden file", async () => {
  const files = await Array.fromAsync(new Glob("*.test.yaml").scan(`${import.meta.dir}/selectors`));
  const kebab = (name: string) => name.replace("azureAD", "azure-ad").replaceAll("_", "-");
  const expected = [...Object.keys(SELECTORS).map(kebab), "gateway", "warp"];
  expect(files.map((file) => basename(file, ".test.yaml")).toSorted()).toEqual(expected.toSorted());
});
