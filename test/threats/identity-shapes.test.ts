import { describe, expect, test } from "bun:test";
import { parseEmail } from "../../src/core/email.ts";
import { factsOfIdentity } from "../../src/session/access-identity.ts";
import { identityOfAda, SessionRig } from "../session/rig.ts";
import { NOW, NOW_SECONDS } from "../token/access-team.ts";
import { allowing, askPolicies, askPolicy, excluding, identityOf } from "./ask.ts";

const COMPANY = allowing("{ email_domain: { domain: company.com } }");

describe("nOAuth: an address that nobody has verified is not known", () => {
  const shapes: readonly (readonly [string, object])[] = [
    ["at the top", { email_verified: false }],
    ["at the top, as text", { email_verified: "false" }],
    ["among OIDC claims", { oidc_fields: { email_verified: false } }],
    ["among OIDC claims, as text", { oidc_fields: { email_verified: "false" } }],
    ["among OIDC claims, in a list", { oidc_fields: { email_verified: ["false"] } }],
    ["among custom claims", { custom: { email_verified: "False" } }],
    ["by Entra, at the top", { xms_edov: false }],
    ["by Entra, as text", { custom: { xms_edov: "0" } }],
    ["by Entra, as a number", { oidc_fields: { xms_edov: 0 } }],
    ["in a way that is no clear yes", { email_verified: "pending" }],
    ["in one place of several", { email_verified: true, oidc_fields: { email_verified: false } }],
  ];

  test.each(shapes)("which is said %s", (_, said) => {
    const idp = { id: "entra", type: "azureAD" };
    const identity = identityOf({ idp, ...said });
    expect(factsOfIdentity(identity, NOW)["identity.email"]).toMatchObject({
      state: "unknown",
      why: "unverified",
    });
    expect(askPolicy(COMPANY, identity)).toBe("undecided");
    expect(askPolicy(allowing("{ email: { email: ada@company.com } }"), identity)).toBe("undecided");
    expect(askPolicy(excluding("{ email: { email: mallory@company.com } }"), identity)).toBe("undecided");
    const { user_uuid: _id, ...unnamed } = identity;
    // Nor does it name a person whom nothing else names.
    expect(askPolicy(allowing("{ everyone: {} }"), unnamed)).toBe("login_required");
  });

  test.each([
    ["says nothing of it", {}],
    ["says nothing with many words", { oidc_fields: { email_verified: null }, custom: { xms_edov: "" } }],
    [
      "has verified it",
      { email_verified: true, oidc_fields: { email_verified: "true" }, custom: { xms_edov: "1" } },
    ],
    ["has verified the domain", { xms_edov: 1 }],
  ])("the control: an address counts where the provider %s", (_, said) => {
    expect(askPolicy(COMPANY, identityOf(said))).toBe("permit");
  });

  test("and what does not depend on it goes on counting", () => {
    const rule = "{ okta: { name: engineers } }";
    expect(askPolicy(allowing(rule), identityOf({ email_verified: false, groups: ["engineers"] }))).toBe(
      "permit",
    );
  });

  test("but whoever is revoked by an address is revoked, verified or not", async () => {
    const rig = await SessionRig.open(
      `applications: [ { name: wiki, domain: wiki.company.com, policies: [ ${allowing("{ everyone: {} }")} ] } ]`,
    );
    const identity = identityOfAda({ email_verified: false });
    expect((await rig.login(identity)).outcome).toBe("permit");
    await rig.revoke("email", "ada@example.com");
    expect((await rig.login(identity)).reason).toBe("session_revoked");
  });

  test("nor does a token by itself make it known, where no session does", async () => {
    const rig = await SessionRig.open(
      `applications: [ { name: wiki, domain: wiki.company.com, policies: [ ${COMPANY} ] } ]`,
      { now: NOW - 60_000 },
    );
    rig.now = NOW;
    const claims = { sub: "u-ada", email: "ada@company.com", iat: NOW_SECONDS };
    expect(await rig.outcome(claims)).toBe("permit");
    expect(await rig.outcome({ ...claims, custom: { email_verified: false } })).not.toBe("permit");
  });
});

describe("Zitadel CVE-2026-55670: who was deleted and made anew is somebody else", () => {
  const subjectOf = (identity: object) => factsOfIdentity({ ...identity }, NOW)["identity.subject"];

  test("though the address is the same", () => {
    const before = subjectOf(identityOf({ user_uuid: "u-1" }));
    expect(subjectOf(identityOf({ user_uuid: "u-2" }))).not.toEqual(before);
  });

  test("and what a login of the one froze is not the other's", async () => {
    const rig = await SessionRig.open(
      `applications: [ { name: wiki, domain: wiki.company.com, policies: [ ${allowing("{ okta: { name: engineers } }")} ] } ]`,
      { now: NOW - 60_000 },
    );
    rig.now = NOW;
    expect((await rig.login(identityOfAda({ groups: ["engineers"] }))).outcome).toBe("permit");
    const token = { email: "ada@example.com", device_id: "laptop", iat: NOW_SECONDS };
    expect(await rig.outcome({ ...token, sub: "u-ada" })).toBe("permit");
    expect(await rig.outcome({ ...token, sub: "u-ada-again" })).not.toBe("permit");
  });

  test("a person without an id is named by a verified address, and never by what looks like one", () => {
    const { user_uuid: _, ...unnamed } = identityOf();
    expect(subjectOf(unnamed)).toMatchObject({ value: `email:${parseEmail("ada@company.com")?.address}` });
    for (const user_uuid of [7, ["u-1"], { id: "u-1" }, false]) {
      expect(subjectOf(identityOf({ user_uuid }))).toMatchObject({ state: "unknown" });
    }
  });
});

describe("groups of one kind of identity provider are no groups of another", () => {
  const IDPS = `
identity_providers:
  - { id: okta, name: Okta, type: okta }
  - { id: github, name: GitHub, type: github }
  - { id: oidc, name: Partner, type: oidc }`;
  const as = (id: string, type: string, groups: unknown) => identityOf({ idp: { id, type }, groups });

  test("anybody may found an organization at GitHub and call it as an Okta group is called", () => {
    const policy = allowing("{ okta: { name: admins } }");
    expect(askPolicy(policy, as("okta", "okta", ["admins"]), IDPS)).toBe("permit");
    expect(askPolicy(policy, as("github", "github", ["admins"]), IDPS)).toBe("no_policy_matched");
    expect(askPolicy(policy, as("oidc", "oidc", ["admins"]), IDPS)).toBe("no_policy_matched");
  });

  test("and the other way round", () => {
    const policy = allowing("{ github-organization: { name: acme } }");
    expect(askPolicy(policy, as("github", "github", ["Acme"]), IDPS)).toBe("permit");
    expect(askPolicy(policy, as("oidc", "oidc", ["acme"]), IDPS)).toBe("no_policy_matched");
  });

  test("nor may it be left open which provider it was", () => {
    const identity = identityOf({ idp: { type: "okta" }, groups: ["admins"] });
    expect(askPolicy(allowing("{ okta: { name: admins } }"), identity, IDPS)).toBe("undecided");
  });
});

describe("a group that cannot be told by what rules tell it by may be any group", () => {
  const cases: readonly (readonly [string, string, string, unknown])[] = [
    ["an Entra group whose id is a number", "azureAD", '{ azureAD: { id: "123" } }', { id: 123, name: "x" }],
    ["an Entra group without an id", "azureAD", '{ azureAD: { id: "123" } }', { name: "contractors" }],
    [
      "a Google group without an address",
      "google-apps",
      "{ gsuite: { email: c@company.com } }",
      { id: "1", name: "c" },
    ],
    ["an Okta group without a name", "okta", "{ okta: { name: contractors } }", { id: "1" }],
    ["a list in a list", "okta", "{ okta: { name: contractors } }", ["contractors"]],
    ["nothing", "okta", "{ okta: { name: contractors } }", ""],
  ];
  test.each(cases)("%s does not escape an Exclude", (_, type, rule, group) => {
    const identity = identityOf({ idp: { id: "login", type }, groups: ["others", group] });
    expect(askPolicy(excluding(rule), identity)).toBe("undecided");
  });

  test("the control: a group that is told does", () => {
    const identity = identityOf({ idp: { id: "login", type: "azureAD" }, groups: [{ id: "9", name: "x" }] });
    expect(askPolicy(excluding('{ azureAD: { id: "123" } }'), identity)).toBe("permit");
  });

  test("a group's name is folded within ASCII alone", () => {
    const google = identityOf({
      idp: { id: "login", type: "google-apps" },
      groups: ["\u212aings@company.com"],
    });
    expect(askPolicy(allowing("{ gsuite: { email: kings@company.com } }"), google)).toBe("no_policy_matched");
    const github = identityOf({ idp: { id: "login", type: "github" }, groups: ["\u212aings"] });
    expect(askPolicy(allowing("{ github-organization: { name: kings } }"), github)).toBe("no_policy_matched");
    expect(
      askPolicy(allowing("{ github-organization: { name: Kings } }"), { ...github, groups: ["KINGS"] }),
    ).toBe("permit");
  });
});

test("a service token of which only a half is said leaves no person to count", () => {
  for (const half of [
    { service_token_status: true },
    { service_token_status: "true" },
    { service_token_status: 1 },
  ]) {
    expect(askPolicy(COMPANY, identityOf(half))).toBe("login_required");
  }
});

test("a name that is another application's id leads to neither", () => {
  const open = "{ name: open, decision: bypass, include: [ { everyone: {} } ] }";
  const text = `
applications:
  - { name: Wiki, domain: status.company.com, policies: [ ${open} ] }
  - { id: 0a1b, name: wiki, domain: wiki.company.com, policies: [ ${allowing("{ email: { email: boss@company.com } }")} ] }`;
  expect(askPolicies(text, identityOf())).toBe("no application");
});

describe("a certificate that is asserted in a way that contradicts itself is not known", () => {
  const SHAPES: readonly (readonly [string, object])[] = [
    [
      "SUCCESS of one that was not presented",
      { mtls_auth: { auth_status: "SUCCESS", cert_presented: false } },
    ],
    ["the same, said at the top", { auth_status: "SUCCESS", mtls_auth: { cert_presented: false } }],
    ["NONE of one that was presented", { mtls_auth: { auth_status: "NONE", cert_presented: true } }],
    ["two answers", { auth_status: "SUCCESS", mtls_auth: { auth_status: "NONE" } }],
    ["a word for a truth value", { mtls_auth: { auth_status: "SUCCESS", cert_presented: "false" } }],
    ["no object beside SUCCESS", { auth_status: "SUCCESS", mtls_auth: "none" }],
  ];
  const ANY = "{ certificate: {} }";
  const SERVICE_AUTH = `{ name: p, decision: non_identity, include: [ ${ANY} ] }`;
  const BLOCK = `{ name: p, decision: deny, include: [ ${ANY} ] }`;
  const EXEMPT = `{ name: p, decision: deny, include: [ { everyone: {} } ], exclude: [ ${ANY} ] }`;

  test.each(SHAPES)("%s opens nothing, and escapes nothing", (_, said) => {
    const identity = identityOf(said);
    expect(askPolicy(SERVICE_AUTH, identity)).toBe("undecided");
    expect(askPolicy(allowing(ANY), identity)).toBe("undecided");
    expect(askPolicy(excluding(ANY), identity)).toBe("undecided");
    for (const block of [BLOCK, EXEMPT]) expect(askPolicy(block, identity)).toBe("block_undecided");
  });

  test.each([
    ["SUCCESS", true, "permit", "no_policy_matched"],
    ["NONE", false, "no_policy_matched", "permit"],
  ] as const)("%s and cert_presented: %p are one answer", (auth_status, cert_presented, opens, excluded) => {
    const identity = identityOf({ mtls_auth: { auth_status, cert_presented } });
    expect(askPolicy(SERVICE_AUTH, identity)).toBe(opens);
    expect(askPolicy(excluding(ANY), identity)).toBe(excluded);
  });
});
