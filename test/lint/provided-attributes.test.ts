import { describe, expect, test } from "bun:test";
import { ASSERTED_BY_ACCESS } from "../../src/cli/lint/provided-attributes.ts";
import { lintPolicies } from "../../src/core/lint/lint.ts";
import { factsOfIdentity } from "../../src/session/access-identity.ts";
import { policySetOf } from "../policies/support.ts";
import { wikiWith } from "./support.ts";

const NOON = Date.UTC(2026, 0, 15, 12);

/** All that Access can assert, of a person and of a robot. */
const PERSON = {
  user_uuid: "user-1",
  email: "ann@example.com",
  idp: { id: "okta", type: "okta" },
  amr: ["mfa"],
  acrs: ["c1"],
  groups: ["engineers"],
  saml_attributes: { team: "blue" },
  oidc_fields: { team: "blue" },
  mtls_auth: { auth_status: "SUCCESS" },
  common_name: "ann",
  ip: "192.0.2.1",
  geo: { country: "PT" },
  device_id: "laptop-1",
  is_warp: true,
  is_gateway: true,
  devicePosture: { disk: { success: true, timestamp: new Date(NOON).toISOString() } },
  service_token_status: false,
};
const ROBOT = { service_token_status: true, service_token_id: "robot.access" };

test("Access provides what the token of an evaluation can make known", () => {
  const facts = [PERSON, ROBOT].flatMap((identity) => Object.entries(factsOfIdentity(identity, NOON)));
  const known = facts.flatMap(([name, fact]) => (fact?.state === "known" ? [name.replace(/:.*/, "")] : []));
  expect([...new Set<string>(known)].toSorted()).toEqual([...ASSERTED_BY_ACCESS].toSorted());
});

describe("an attribute that nothing provides is found", () => {
  const BESIDE = `
identity_providers: [{ id: okta, name: Okta, type: okta }]
groups: [{ name: Unlikely, include: [{ user_risk_score: { user_risk_score: [low] } }] }]
posture_rules:
  - { id: disk, name: disk, type: disk_encryption, expiration: 25h, input: { requireAll: true } }
  - { id: trust, name: trust, type: attribute, input: { attribute: own.trust, operator: ">", value: 3 } }`;
  const found = (rule: string, provided: Iterable<string> | null = ASSERTED_BY_ACCESS) => {
    const policy = `{ name: P, decision: allow, include: [{ everyone: {} }], require: [{ ${rule} }] }`;
    return lintPolicies(
      policySetOf(wikiWith([policy], BESIDE)),
      provided === null ? null : new Set(provided),
    ).flatMap((finding) => (finding.rule === "no-provider-for-attribute" ? [finding.reason] : []));
  };
  const POSTURE = (id: string) => `device_posture: { integration_uid: ${id} }`;
  const RISK = "user_risk_score: { user_risk_score: [low] }";

  test.each([
    [RISK, "identity.risk_score"],
    ["linked_app_token: { app_uid: wiki }", "credential.linked_app_token"],
    ["cloudflare_account_member: { account_id: acme }", "identity.account_memberships"],
    [POSTURE("trust"), "own.trust"],
  ])("where a rule asks for %s", (rule, attribute) => {
    expect(found(rule)).toEqual([expect.stringContaining(`nothing provides ${attribute}`)]);
    expect(found(rule, [...ASSERTED_BY_ACCESS, attribute])).toEqual([]);
  });

  test("in the group that asks for it, once", () => {
    expect(found("group: { id: Unlikely }")).toHaveLength(1);
  });

  test("of a posture rule only where neither Access nor a plugin tells", () => {
    expect(found(POSTURE("disk"))).toEqual([]);
    expect(found(POSTURE("disk"), ["identity.subject", "device.id", "device.disks"])).toEqual([]);
    expect(found(POSTURE("disk"), ["identity.subject", "device.id"])).toHaveLength(1);
  });

  test.each([
    "everyone: {}",
    "okta: { name: engineers, identity_provider_id: okta }",
    "common_name: { common_name: ann }",
    "ip: { ip: 192.0.2.0/24 }",
  ])("but not of %s", (rule) => {
    expect(found(rule)).toEqual([]);
  });

  test("and nothing is, where it is not known what is provided", () => {
    expect(found(RISK, null)).toEqual([]);
  });
});
