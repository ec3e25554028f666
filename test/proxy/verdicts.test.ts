import { afterEach, describe, expect, test } from "bun:test";
import { personNamed } from "../support/played-access.ts";
import { NOW } from "../token/access-team.ts";
import { accessHeaderFor, accessTokenFor, outcomeOf, ProxyRig } from "./rig.ts";

let rig: ProxyRig;
afterEach(() => rig[Symbol.asyncDispose]());

const STRICT = `
applications:
  - id: wiki
    name: wiki
    aud: 97e2aae1207e7c4a
    domain: wiki.example.com
    session_duration: 30m
    policies:
      - id: staff
        name: Staff from the office
        decision: allow
        include: [{ email_domain: { domain: example.com } }]
        require: [{ ip: { ip: 203.0.113.0/24 } }]
`;

test("a verdict says who was permitted what, by which policy, until when", async () => {
  rig = await ProxyRig.start(STRICT);
  const claims = await rig.verdictOf(await rig.ask("nginx", { headers: [await accessHeaderFor()] }));
  expect(claims).toEqual({
    iss: "https://postern.example.com",
    aud: "wiki",
    sub: "u-1",
    iat: NOW / 1_000,
    exp: NOW / 1_000 + 60,
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    decision: "permit",
    effect: "allow",
    policy: "staff",
    rev: await rig.service.revision(),
    fresh: 0,
  });
});

test("a verdict that is bound to its request says which it was", async () => {
  rig = await ProxyRig.start(STRICT, { config: { verdict: { bind: "request" } } });
  const headers = [await accessHeaderFor()];
  const ask = async (method: string, target: string) =>
    rig.verdictOf(await rig.ask("caddy", { method, target, headers }));
  const one = await ask("POST", "/a?b");
  expect(one).toMatchObject({ method: "POST", host: "wiki.example.com", path: "/a" });
  expect((await ask("POST", "/a?b")).jti).toBe(one.jti);
  expect((await ask("GET", "/a?b")).jti).not.toBe(one.jti);
  expect((await ask("POST", "/c")).path).toBe("/c");
});

describe("a verdict is repeated", () => {
  const jtiOf = async (headers: readonly string[], client = "203.0.113.9") =>
    (await rig.verdictOf(await rig.ask("nginx", { headers, client }))).jti;

  test("to the same person on another listener and another path, as long as it lives for 5 seconds", async () => {
    rig = await ProxyRig.start(STRICT);
    const headers = [await accessHeaderFor()];
    const jti = await jtiOf(headers);
    const other = await rig.verdictOf(await rig.ask("envoy-http", { target: "/elsewhere", headers }));
    expect(other.jti).toBe(jti);
    rig.service.now += 54_000;
    expect(await jtiOf(headers)).toBe(jti);
    rig.service.now += 2_000;
    expect(await jtiOf(headers)).not.toBe(jti);
  });

  test("CVE-2026-71326, CVE-2021-32701: to nobody else, and to nobody whose facts are others", async () => {
    rig = await ProxyRig.start(STRICT);
    const ada = [await accessHeaderFor()];
    const bob = [await accessHeaderFor({ sub: "u-2", email: "bob@example.com" })];
    const jtis = [await jtiOf(ada), await jtiOf(bob), await jtiOf(ada, "203.0.113.10")];
    expect(new Set(jtis).size).toBe(3);
    const claims = await rig.verdictOf(await rig.ask("nginx", { headers: bob }));
    expect(claims.sub).toBe("u-2");
  });

  test("not after a change of the policies, nor of the keys", async () => {
    rig = await ProxyRig.start(STRICT);
    const headers = [await accessHeaderFor()];
    const before = await rig.verdictOf(await rig.ask("nginx", { headers }));
    await rig.service.writePolicies(STRICT.replace("Staff from the office", "Staff"));
    await rig.service.reload();
    const after = await rig.verdictOf(await rig.ask("nginx", { headers }));
    expect([after.jti === before.jti, after.rev === before.rev]).toEqual([false, false]);
    const keys = JSON.parse((await rig.service.admin("/v1/keys", { role: "viewer" })).text).keys;
    const { kid } = keys.find(
      (key: { purpose: string; state: string }) => key.purpose === "verdict" && key.state === "active",
    );
    const body = JSON.stringify({ purpose: "verdict", kid });
    expect(
      (await rig.service.admin("/v1/keys/revoke", { role: "operator", method: "POST", body })).status,
    ).toBe(200);
    expect((await rig.verdictOf(await rig.ask("nginx", { headers }))).jti).not.toBe(after.jti);
  });

  test("CVE-2021-41230: not once the login is revoked", async () => {
    rig = await ProxyRig.start(STRICT);
    const headers = [await accessHeaderFor()];
    expect(outcomeOf(await rig.ask("nginx", { headers }))).toBe("200");
    await revoke({ kind: "user", id: "u-1" });
    expect(outcomeOf(await rig.ask("nginx", { headers }))).toBe("401 login_required");
  });
});

async function revoke(target: object): Promise<void> {
  const body = JSON.stringify(target);
  const { status } = await rig.service.admin("/v1/sessions/revoke", {
    role: "operator",
    method: "POST",
    body,
  });
  expect(status).toBe(200);
}

describe("a verdict does not outlive", () => {
  test("the token that it rests on", async () => {
    rig = await ProxyRig.start(STRICT);
    const headers = [await accessHeaderFor({ exp: NOW / 1_000 + 20 })];
    expect((await rig.verdictOf(await rig.ask("nginx", { headers }))).exp).toBe(NOW / 1_000 + 20);
  });

  test("the session of the application", async () => {
    // A store remembers nothing from before it was.
    rig = await ProxyRig.start(STRICT, { now: NOW - 3_600_000 });
    rig.service.now = NOW;
    const headers = [await accessHeaderFor({ iat: NOW / 1_000 - 30 * 60 + 10 })];
    expect((await rig.verdictOf(await rig.ask("nginx", { headers }))).exp).toBe(NOW / 1_000 + 10);
    rig.service.now += 10_000;
    expect(outcomeOf(await rig.ask("nginx", { headers }))).toBe("401 login_required");
  });

  test.each([
    ["allow", "", 60],
    ["allow", "expiration: 1h,", 10],
    ["bypass", "expiration: 1h,", 10],
  ])("the posture that it rests on (%s, %s)", async (decision, expiration, livesSeconds) => {
    rig = await ProxyRig.start(postureWith(decision, expiration));
    const timestamp = new Date(NOW - 3_600_000 + 10_000).toISOString();
    const passed = { type: "disk_encryption", rule_name: "Disk", success: true, error: "", timestamp };
    const identity = personNamed("ada", { devicePosture: { disk: passed } });
    expect((await rig.service.ask("wiki", { claims: { identity } })).status).toBe(200);
    const headers = [await accessHeaderFor({ sub: "user-ada", device_id: "laptop-of-ada" })];
    const { exp } = await rig.verdictOf(await rig.ask("nginx", { headers }));
    expect(exp).toBe(NOW / 1_000 + livesSeconds);
  });
});

function postureWith(decision: string, expiration: string): string {
  return `
applications:
  - id: wiki
    name: wiki
    aud: 97e2aae1207e7c4a
    domain: wiki.example.com
    policies:
      - { name: Encrypted, decision: ${decision}, include: [{ device_posture: { integration_uid: disk } }] }
posture_rules:
  - { id: disk, name: Disk, type: disk_encryption, ${expiration} input: { requireAll: true } }
`;
}

test("CVE-2026-33496: a token that was good for one application is not for another because it was checked before", async () => {
  rig = await ProxyRig.start();
  const headers = [await accessHeaderFor({ email: "root@example.com" })];
  expect(outcomeOf(await rig.ask("nginx", { headers }))).toBe("200");
  expect(outcomeOf(await rig.ask("nginx", { target: "/admin", headers }))).toBe("401 credential_refused");
});

test("a token that was good a moment ago is not once it has expired", async () => {
  rig = await ProxyRig.start();
  const cookie = `Cookie: CF_Authorization=${await accessTokenFor({ exp: NOW / 1_000 + 20 })}`;
  const header = await accessHeaderFor({ exp: NOW / 1_000 + 20 });
  expect(outcomeOf(await rig.ask("nginx", { headers: [cookie] }))).toBe("200");
  rig.service.now += 20_000;
  expect(outcomeOf(await rig.ask("nginx", { headers: [cookie] }))).toBe("401 login_required");
  expect(outcomeOf(await rig.ask("nginx", { headers: [header] }))).toBe("401 credential_refused");
});
