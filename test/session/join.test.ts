import { describe, expect, test } from "bun:test";
import { NOW } from "../token/access-team.ts";
import { identityOfAda, SessionRig } from "./rig.ts";

const POLICIES = `
applications:
  - { id: wiki, name: wiki, policies: [{ name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }] }
  - { id: build, name: build, policies: [{ name: Devs, decision: allow, include: [{ okta: { name: dev, identity_provider_id: okta } }] }] }
  - { id: vault, name: vault, policies: [{ name: Strong, decision: allow, include: [{ auth_method: { auth_method: mfa } }] }] }
  - { id: lab, name: lab, policies: [{ name: Encrypted, decision: allow, include: [{ device_posture: { integration_uid: disk } }] }] }
  - { id: member, name: member, policies: [{ name: Members, decision: allow, include: [{ cloudflare_account_member: { account_id: a-1 } }] }] }
  - { id: stranger, name: stranger, policies: [{ name: p, decision: allow, include: [{ everyone: {} }], exclude: [{ okta: { name: temp } }] }] }
  - { id: status, name: status, policies: [{ name: Public, decision: bypass, include: [{ everyone: {} }] }] }
  - { id: robots, name: robots, policies: [{ name: CI, decision: non_identity, include: [{ service_token: { token_id: ci } }] }] }
  - { id: home, name: home, policies: [{ name: Home, decision: allow, include: [{ geo: { country_code: PT } }] }] }
  - { id: saas, name: saas, type: saas, policies: [{ name: All, decision: allow, include: [{ everyone: {} }] }] }
posture_rules: [{ id: disk, name: Disk, type: disk_encryption, input: { requireAll: true } }]
identity_providers: [{ id: okta, name: Okta, type: okta }]
service_tokens: [{ id: ci, name: CI, client_id: ci.access }]
`;

const seconds = (ms: number) => Math.floor(ms / 1_000);
const encrypted = (success: boolean) => ({
  devicePosture: { disk: { success, timestamp: new Date(NOW).toISOString() } },
});

describe("a login", () => {
  test("freezes all identity claims, not only those that a rule asks for", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda({ groups: ["dev"], amr: ["mfa"] }), "wiki");
    expect(await rig.outcome({}, {}, "build")).toBe("permit");
    expect(await rig.outcome({}, {}, "vault")).toBe("permit");
  });

  test("that is re-issued refreshes no identity attribute", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda({ groups: ["ops"] }));
    await rig.login(identityOfAda({ groups: ["dev"] }));
    expect(await rig.outcome({}, {}, "build")).toBe("no_policy_matched");
  });

  test("that is heard of twice at once is frozen by the first call", async () => {
    const rig = await SessionRig.open(POLICIES);
    await Promise.all(["dev", "ops"].map((group) => rig.login(identityOfAda({ groups: [group] }))));
    expect(await rig.outcome({}, {}, "build")).toBe("permit");
  });

  test("is another one for another device, time or identity provider", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    await rig.login(identityOfAda({ device_id: "phone" }));
    await rig.login(identityOfAda({ iat: seconds(NOW) + 1 }));
    await rig.login(identityOfAda({ idp: { id: "otp", type: "onetimepin" } }));
    await rig.login(identityOfAda());
    expect((await rig.ask({ iat: seconds(NOW) + 1 })).sessions).toHaveLength(4);
  });

  test("is joined by other applications", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda({ groups: ["dev"] }), "wiki");
    await rig.login(identityOfAda(), "build");
    const { sessions, decision } = await rig.ask({}, {}, "build");
    expect([sessions.length, decision.outcome]).toEqual([1, "permit"]);
  });

  test("that lacks an attribute leads to another login", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    const { decision, facts } = await rig.ask({}, {}, "member");
    expect(facts["identity.account_memberships"]).toMatchObject({ state: "unknown", why: "log_in_again" });
    expect(decision.reason).toBe("login_required");
  });

  test("keeps what Access asserted last of the device, and nothing of the network", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda(encrypted(false)));
    expect(await rig.outcome({}, {}, "lab")).toBe("no_policy_matched");
    rig.now += 1_000;
    await rig.login(identityOfAda(encrypted(true)));
    expect(await rig.outcome({}, {}, "lab")).toBe("permit");
    expect(await rig.outcome({}, {}, "home")).toBe("undecided");
  });

  test("without a time, or with one yet to come, is refused: no revocation could reach it", async () => {
    const rig = await SessionRig.open(POLICIES);
    for (const iat of [undefined, "1700000000", seconds(NOW) + 61, NOW, -1, 1.5, Number.NaN]) {
      expect((await rig.login(identityOfAda({ iat }))).reason).toBe("login_too_old");
    }
    expect((await rig.login(identityOfAda({ iat: seconds(NOW) + 60 }))).outcome).toBe("permit");
  });
});

describe("an Access token", () => {
  test("joins the session by its subject, and nobody else's", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda({ groups: ["dev"] }));
    expect(await rig.outcome({}, {}, "build")).toBe("permit");
    expect(await rig.outcome({ sub: "u-eve", email: "ada@example.com" }, {}, "build")).toBe("login_required");
  });

  test("is narrowed by its device", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda({ groups: ["dev"] }));
    await rig.login(identityOfAda({ groups: ["ops"], device_id: "phone" }));
    expect(await rig.outcome({ device_id: "laptop" }, {}, "build")).toBe("permit");
    expect(await rig.outcome({ device_id: "phone" }, {}, "build")).toBe("no_policy_matched");
    expect(await rig.outcome({ device_id: "unheard-of" }, {}, "build")).toBe("login_required");
  });

  test("is not of a session that began after it was issued", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda({ groups: ["ops"] }));
    const iat = seconds(rig.now);
    rig.now += 60_000;
    await rig.login(identityOfAda({ groups: ["dev"], iat: seconds(rig.now) }));
    expect(await rig.outcome({ iat }, {}, "build")).toBe("no_policy_matched");
  });

  test("is of the session for which Access asked when it was issued", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda({ groups: ["ops"] }), "build");
    rig.now += 60_000;
    await rig.login(identityOfAda({ groups: ["dev"], iat: seconds(rig.now) }), "build");
    expect(await rig.outcome({}, {}, "build")).toBe("permit");
    expect(await rig.outcome({ iat: seconds(NOW) }, {}, "build")).toBe("no_policy_matched");
  });

  test("may be of a session for which Access asked again later: then nothing is known by it", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda({ groups: ["ops"] }), "build");
    await rig.login(identityOfAda({ groups: ["dev"], device_id: "phone" }), "build");
    rig.now += 60_000;
    await rig.login(identityOfAda(), "build");
    expect(await rig.outcome({ iat: seconds(NOW) }, {}, "build")).toBe("undecided");
  });

  test("of several sessions knows that on which they agree", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda({ groups: ["dev"], ...encrypted(true) }));
    await rig.login(identityOfAda({ groups: ["ops"], device_id: "phone", ...encrypted(true) }));
    expect(await rig.outcome({})).toBe("permit");
    const { facts } = await rig.ask({}, {}, "build");
    expect(facts["identity.groups"]).toMatchObject({ why: "disagreement" });
    expect(facts["device.id"]).toMatchObject({ why: "several_devices" });
    expect(await rig.outcome({}, {}, "lab")).toBe("undecided");
  });

  test("without a session is what it says itself", async () => {
    const rig = await SessionRig.open(POLICIES);
    const claims = { email: "ada@example.com", custom: { groups: ["dev"] }, country: "PT" };
    expect(await rig.outcome(claims)).toBe("permit");
    expect(await rig.outcome(claims, {}, "home")).toBe("undecided");
    expect(await rig.outcome({}, {})).toBe("login_required");
  });

  test("tells by its trimmed groups who is in one, never who is not, and not of whose provider they are", async () => {
    const rig = await SessionRig.open(POLICIES);
    const { facts, decision } = await rig.ask({ custom: { groups: ["dev"] } }, {}, "stranger");
    expect(facts["identity.groups"]).toMatchObject({ state: "known", complete: false });
    expect(decision.reason).toBe("login_required");
    expect(await rig.outcome({ custom: { groups: ["temp"] } }, {}, "stranger")).toBe("login_required");
  });

  test("that names another address than its login is no proof of either", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    expect(await rig.outcome({ email: "eve@example.com" })).toBe("undecided");
  });

  test("of a service token is no person, and no certificate", async () => {
    const rig = await SessionRig.open(POLICIES);
    const robot = { sub: "", common_name: "ci.access" };
    expect(await rig.outcome(robot, {}, "robots")).toBe("permit");
    expect(await rig.outcome({ sub: "", common_name: "ci" }, {}, "robots")).toBe("undecided");
    expect(await rig.outcome(robot)).toBe("login_required");
  });
});

describe("a session lasts", () => {
  const lasting = (application: string, policy = "") =>
    POLICIES.replace("name: wiki, policies", `name: wiki, ${application} policies`).replace(
      "name: Staff,",
      `name: Staff, ${policy}`,
    );

  test.each([
    ["a day where nothing is said", "", "", 86_400],
    ["as long as the application says", "session_duration: 30m,", "", 1_800],
    [
      "as long as the policy says, before the application",
      "session_duration: 30m,",
      "session_duration: 1h,",
      3_600,
    ],
    ["not at all where that is 0s", "session_duration: 0s,", "", 0],
  ])("%s", async (_, application, policy, lasts) => {
    const rig = await SessionRig.open(lasting(application, policy));
    await rig.login(identityOfAda());
    const iat = seconds(rig.now);
    if (lasts > 0) {
      rig.now += lasts * 1_000 - 1;
      expect(await rig.outcome({ iat })).toBe("permit");
      rig.now += 1;
    }
    const { decision, facts } = await rig.ask({ iat });
    expect(decision.reason).toBe("login_required");
    expect(facts["identity.subject"]).toMatchObject({ why: "session_expired" });
  });

  test("no longer than its token", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    const token = { iat: seconds(NOW), exp: seconds(NOW) + 60 };
    expect((await rig.ask(token)).endsAt).toBe(NOW + 60_000);
    rig.now += 60_000;
    expect(await rig.outcome(token)).toBe("login_required");
  });

  test("by the durations of today: a shorter one binds at once", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    rig.now += 3_600_000;
    const token = { iat: seconds(NOW) };
    expect(await rig.outcome(token)).toBe("permit");
    rig.reload(lasting("session_duration: 30m,"));
    expect(await rig.outcome(token)).toBe("login_required");
  });

  test("anew with each re-issue, however old the login", async () => {
    const rig = await SessionRig.open(lasting("session_duration: 30m,"));
    await rig.login(identityOfAda());
    rig.now += 20 * 86_400_000;
    expect((await rig.login(identityOfAda())).outcome).toBe("permit");
    expect(await rig.outcome({})).toBe("permit");
  });

  test("and keeps nobody out of what is open to all", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    rig.now += 10 * 86_400_000;
    expect(await rig.outcome({ iat: seconds(NOW) }, {}, "status")).toBe("permit");
  });
});

test("a SaaS application is decided at sign-on and at re-issue only", async () => {
  const rig = await SessionRig.open(POLICIES);
  expect((await rig.login(identityOfAda(), "saas")).outcome).toBe("permit");
  expect(await rig.outcome({}, {}, "saas")).toBe("sign_on_only");
});

test("nobody is asked to log in, where a login could help", async () => {
  const rig = await SessionRig.open(POLICIES);
  expect(await rig.outcome(null)).toBe("login_required");
  expect(await rig.outcome(null, {}, "status")).toBe("permit");
  expect(await rig.outcome(null, {}, "robots")).not.toBe("permit");
});
