import { describe, expect, test } from "bun:test";
import type { Facts } from "../../src/core/fact.ts";
import { absent, type FactsDraft, known } from "../../src/core/fact.ts";
import { parseIp } from "../../src/core/ip-address.ts";
import type { Selector } from "../../src/core/model.ts";
import { SELECTORS } from "../../src/core/selectors/table.ts";
import type { Gatherer } from "../../src/pip/gather.ts";
import { NOW } from "../token/access-team.ts";
import { identityOfAda, SessionRig } from "./rig.ts";

/** How one selector is met, and what changes then. */
interface Row {
  readonly rule: string;
  /** Checked again while the session lives. */
  readonly continuous: boolean;
  readonly effect?: "allow" | "non_identity";
  /** What Access says of the login, first and when it re-issues. */
  readonly identity?: readonly [before: object, after: object];
  /** What providers say. */
  readonly provided?: readonly [before: Facts, after: Facts];
  /** What the request says of itself. */
  readonly request?: readonly [before: Facts, after: Facts];
}

const from = { source: "test", learntAt: NOW, expiresAt: Number.POSITIVE_INFINITY };
const URL = "https://judge.example.com/evaluate";
const OKTA = { id: "okta", type: "okta" };
const posture = (success: boolean) => ({
  devicePosture: { disk: { success, timestamp: new Date(NOW).toISOString() } },
});

const ip = (text: string): Facts => {
  const address = parseIp(text);
  return address === null ? {} : { "network.ip": known(address, from) };
};
const certificate = (commonName: string): Facts => ({
  "credential.certificate": known({ commonName }, from),
});
const serviceToken = (clientId: string): Facts => ({ "credential.service_token": known(clientId, from) });
const NO_SERVICE_TOKEN: Facts = { "credential.service_token": absent(from) };
const groups = (type: string, before: string, after: string) =>
  [
    { idp: { id: "okta", type }, groups: [before] },
    { idp: { id: "okta", type }, groups: [after] },
  ] as const;

const ROWS: { readonly [S in Selector]: Row | null } = {
  email: {
    rule: "email: { email: ada@example.com }",
    continuous: false,
    identity: [{}, { email: "eve@example.org" }],
  },
  email_list: {
    rule: "email_list: { id: staff }",
    continuous: false,
    identity: [{}, { email: "eve@example.org" }],
  },
  email_domain: {
    rule: "email_domain: { domain: example.com }",
    continuous: false,
    identity: [{}, { email: "eve@example.org" }],
  },
  external_evaluation: {
    rule: `external_evaluation: { evaluate_url: "${URL}", keys_url: "${URL}/keys" }`,
    continuous: false,
    provided: [
      { [`identity.external_evaluation:${URL}`]: known(true, from) },
      { [`identity.external_evaluation:${URL}`]: known(false, from) },
    ],
  },
  ip: { rule: "ip: { ip: 192.0.2.0/24 }", continuous: true, request: [ip("192.0.2.1"), ip("198.51.100.1")] },
  ip_list: {
    rule: "ip_list: { id: office }",
    continuous: true,
    request: [ip("192.0.2.1"), ip("198.51.100.1")],
  },
  geo: {
    rule: "geo: { country_code: PT }",
    continuous: true,
    request: [{ "network.country": known("PT", from) }, { "network.country": known("US", from) }],
  },
  // Everyone is everyone: there is nothing that could change.
  everyone: null,
  common_name: {
    rule: "common_name: { common_name: robot }",
    continuous: true,
    request: [certificate("robot"), certificate("other")],
  },
  certificate: {
    rule: "certificate: {}",
    continuous: true,
    request: [certificate("robot"), { "credential.certificate": absent(from) }],
  },
  service_token: {
    rule: "service_token: { token_id: ci }",
    continuous: true,
    effect: "non_identity",
    request: [serviceToken("ci.access"), serviceToken("other.access")],
  },
  any_valid_service_token: {
    rule: "any_valid_service_token: {}",
    continuous: true,
    effect: "non_identity",
    request: [serviceToken("ci.access"), NO_SERVICE_TOKEN],
  },
  linked_app_token: {
    rule: "linked_app_token: { app_uid: other }",
    continuous: true,
    effect: "non_identity",
    request: [
      { "credential.linked_app_token": known("other", from) },
      { "credential.linked_app_token": absent(from) },
    ],
  },
  user_risk_score: {
    rule: "user_risk_score: { user_risk_score: [low] }",
    continuous: true,
    provided: [{ "identity.risk_score": known("low", from) }, { "identity.risk_score": known("high", from) }],
  },
  login_method: {
    rule: "login_method: { id: okta }",
    continuous: false,
    identity: [{}, { idp: { id: "otp", type: "onetimepin" } }],
  },
  auth_method: {
    rule: "auth_method: { auth_method: mfa }",
    continuous: false,
    identity: [{ amr: ["mfa"] }, { amr: ["pwd"] }],
  },
  azureAD: {
    rule: "azureAD: { id: g-1, identity_provider_id: okta }",
    continuous: false,
    identity: groups("azureAD", "g-1", "g-2"),
  },
  "github-organization": {
    rule: "github-organization: { name: acme, identity_provider_id: okta }",
    continuous: false,
    identity: groups("github", "acme", "other"),
  },
  gsuite: {
    rule: "gsuite: { email: g@example.com, identity_provider_id: okta }",
    continuous: false,
    identity: groups("google-apps", "g@example.com", "h@example.com"),
  },
  okta: {
    rule: "okta: { name: Staff, identity_provider_id: okta }",
    continuous: false,
    identity: groups("okta", "Staff", "Others"),
  },
  saml: {
    rule: "saml: { attribute_name: role, attribute_value: dev, identity_provider_id: okta }",
    continuous: false,
    identity: [{ saml_attributes: { role: "dev" } }, { saml_attributes: { role: "ops" } }],
  },
  oidc: {
    rule: "oidc: { claim_name: role, claim_value: dev, identity_provider_id: okta }",
    continuous: false,
    identity: [{ oidc_fields: { role: "dev" } }, { oidc_fields: { role: "ops" } }],
  },
  auth_context: {
    rule: "auth_context: { id: c-1, ac_id: c1, identity_provider_id: okta }",
    continuous: false,
    identity: [{ acrs: ["c1"] }, { acrs: ["c2"] }],
  },
  cloudflare_account_member: {
    rule: "cloudflare_account_member: { account_id: a-1 }",
    continuous: false,
    provided: [
      { "identity.account_memberships": known(new Set(["a-1"]), from) },
      { "identity.account_memberships": known(new Set(["a-2"]), from) },
    ],
  },
  device_posture: {
    rule: "device_posture: { integration_uid: disk }",
    continuous: true,
    identity: [posture(true), posture(false)],
  },
  // A group is as its contents are.
  group: {
    rule: "group: { id: in-portugal }",
    continuous: true,
    request: [{ "network.country": known("PT", from) }, { "network.country": known("US", from) }],
  },
};

const policiesWith = ({ rule, effect = "allow" }: Row) => `
applications:
  - { id: wiki, name: wiki, policies: [{ name: p, decision: ${effect}, include: [{ ${rule} }] }] }
  - { id: other, name: other, policies: [{ name: p, decision: allow, include: [{ everyone: {} }] }] }
groups: [{ id: in-portugal, name: In Portugal, include: [{ geo: { country_code: PT } }] }]
lists:
  - { id: staff, name: Staff, type: EMAIL, items: [{ value: ada@example.com }] }
  - { id: office, name: Office, type: IP, items: [{ value: 192.0.2.0/24 }] }
posture_rules: [{ id: disk, name: Disk, type: disk_encryption, input: { requireAll: true } }]
identity_providers: [{ id: okta, name: Okta, type: okta }]
service_tokens: [{ id: ci, name: CI, client_id: ci.access }]
`;

/** Says `provided` of whatever is wanted and not known. */
function gathererOf(provided: () => Facts): Gatherer {
  return {
    storeKeys: () => [],
    async gather(_subject, wanted, _stored, given) {
      const facts: FactsDraft = { ...given };
      for (const name of wanted)
        if (facts[name] === undefined) Object.assign(facts, { [name]: provided()[name] });
      return { facts, toStore: [], asked: false };
    },
  };
}

const rows = Object.entries(ROWS).flatMap(([selector, row]) =>
  row === null ? [] : [[selector, row] as const],
);

describe("while a session lives", () => {
  test.each(rows.filter(([, row]) => !row.continuous))(
    "a changed attribute of %s changes nothing: it is checked at login",
    async (_, row) => {
      expect(await outcomes(row)).toEqual(["permit", "permit"]);
    },
  );

  test.each(rows.filter(([, row]) => row.continuous))(
    "a changed attribute of %s counts from the next request on: it is checked continuously",
    async (_, row) => {
      const [before, after] = await outcomes(row);
      expect(before).toBe("permit");
      expect(after).not.toBe("permit");
    },
  );

  test.each(rows.filter(([, row]) => !row.continuous))("a new login makes it count: %s", async (_, row) => {
    const again = await outcomes(row, { iat: NOW / 1_000 + 10 });
    expect(again[0]).toBe("permit");
    expect(again[1]).not.toBe("permit");
  });

  test.each(rows.filter(([, { provided, continuous }]) => provided !== undefined && !continuous))(
    "what a provider said of %s at the login stands when Access re-issues it",
    async (_, row) => {
      const [before, after] = row.provided ?? [{}, {}];
      let said = before;
      const rig = await SessionRig.open(policiesWith(row), { gatherer: gathererOf(() => said) });
      expect((await rig.login(identityOfAda())).outcome).toBe("permit");
      said = after;
      expect((await rig.login(identityOfAda())).outcome).toBe("permit");
      expect((await rig.login(identityOfAda({ iat: NOW / 1_000 + 1 }))).outcome).toBe("deny");
    },
  );

  test("everyone stays everyone, and so nothing else is left out of the table", () => {
    expect(Object.keys(ROWS).toSorted()).toEqual(Object.keys(SELECTORS).toSorted());
    for (const [selector, { continuous }] of Object.entries(SELECTORS)) {
      const row = rows.find(([name]) => name === selector)?.[1];
      if (row !== undefined && continuous !== null)
        expect([selector, row.continuous]).toEqual([selector, continuous]);
    }
  });
});

/** What a request comes to after the login, and after what `row` says has changed. */
async function outcomes(row: Row, login: object = {}): Promise<readonly string[]> {
  const { identity = [{}, {}], provided = [{}, {}], request = [{}, {}] } = row;
  let said = provided[0];
  const rig = await SessionRig.open(policiesWith(row), { gatherer: gathererOf(() => said) });
  await rig.login(identityOfAda({ idp: OKTA, ...identity[0] }));
  const before = await rig.outcome({}, request[0]);
  said = provided[1];
  rig.now += 60_000;
  await rig.login(identityOfAda({ idp: OKTA, ...identity[1], ...login }));
  const token = "iat" in login ? {} : { iat: NOW / 1_000 };
  return [before, await rig.outcome(token, request[1])];
}
