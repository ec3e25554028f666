import { afterEach, describe, expect, test } from "bun:test";
import { personNamed } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";
import { AUDIENCE, NOW } from "../token/access-team.ts";

let service: TestService;
afterEach(() => service.stop());

const asAda = { claims: { identity: personNamed("ada") } };

test("a decision is one line that says who was asked, how it was decided, by what, and why", async () => {
  service = await TestService.start(TEAM_POLICIES);
  service.now += 1_500;
  await service.ask("payroll", asAda);
  const [line, ...others] = service.logged("decision");
  expect(others).toEqual([]);
  const learnt = { source: "access", state: "known", age_ms: 500 };
  expect(line).toEqual({
    level: "info",
    time: new Date(NOW + 1_500).toISOString(),
    msg: "decision",
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    application: "payroll",
    application_id: expect.any(String),
    policy: "From Portugal",
    policy_id: expect.any(String),
    effect: "allow",
    decision: "permit",
    reason: "policy_allowed",
    cause: "known",
    revision: await service.revision(),
    facts: expect.arrayContaining([
      { name: "identity.email", ...learnt, value: "ada@example.com" },
      { name: "network.country", ...learnt, value: "PT" },
      { name: "identity.subject", ...learnt, value: "user-ada" },
    ]),
    ms: expect.any(Number),
  });
});

test("a denial says whether something was not known, and what", async () => {
  service = await TestService.start(TEAM_POLICIES);
  await service.ask("payroll", { claims: { identity: personNamed("ada", { geo: {} }) } });
  await service.ask("payroll", { claims: { identity: personNamed("bob") } });
  const [undecided, denied] = service.logged("decision");
  expect(undecided).toMatchObject({ decision: "deny", reason: "undecided", cause: "unknown", policy: null });
  expect(undecided?.facts).toContainEqual({
    name: "network.country",
    source: "access",
    state: "unknown",
    why: "missing",
  });
  expect(denied).toMatchObject({ decision: "deny", reason: "no_policy_matched", cause: "known" });
});

test("no line is written for who was not verified, nor for an application that is none", async () => {
  service = await TestService.start(TEAM_POLICIES);
  await service.post("wiki", "a.b.c");
  await service.ask("nothing");
  expect(service.logged("decision")).toEqual([]);
});

describe("what is logged of values", () => {
  const emailIn = (line: object | undefined): unknown =>
    line !== undefined && "facts" in line && Array.isArray(line.facts)
      ? line.facts.find(({ name }: { name: string }) => name === "identity.email")
      : undefined;

  test("is nothing under `values: none`", async () => {
    service = await TestService.start(TEAM_POLICIES, { config: { log: { values: "none" } } });
    await service.ask("wiki", asAda);
    expect(service.log).not.toContain("ada@");
    expect(emailIn(service.logged("decision")[0])).toEqual({
      name: "identity.email",
      source: "access",
      state: "known",
      age_ms: 0,
    });
  });

  test("is a keyed hash under `redact`, the same for the same person", async () => {
    service = await TestService.start(TEAM_POLICIES, {
      config: { log: { redact: ["identity.email", "identity.subject"] } },
    });
    await service.ask("wiki", asAda);
    await service.ask("wiki", asAda);
    await service.ask("wiki", { claims: { identity: personNamed("bob") } });
    expect(service.log).not.toMatch(/ada|bob/);
    const [ada, again, bob] = service.logged("decision").map(emailIn);
    expect(again).toEqual(ada);
    expect(bob).not.toEqual(ada);
    expect(ada).toMatchObject({ redacted: true, value: expect.stringMatching(/^hmac:[\w-]{43}$/) });
  });
});

test("CVE-2023-46255: no secret is in any log line, error or figure", async () => {
  const canary = (name: string) => `canary-${name}-5be1`;
  const passphrase = canary("passphrase");
  service = await TestService.start(TEAM_POLICIES, {
    env: { PASSPHRASE: passphrase },
    config: { keys: { passphrase: `\${PASSPHRASE}` }, evaluate: { audience: [AUDIENCE] } },
  });
  const claims = { aud: AUDIENCE, nonce: canary("nonce"), canary: canary("claim"), ...asAda.claims };
  const answered = await service.ask("wiki", { claims });
  const signed: string = JSON.parse(answered.text).token;
  const url = service.urlOf("public");
  const headers = {
    "Content-Type": "application/json",
    Cookie: `CF_Authorization=${canary("cookie")}`,
    Authorization: `Bearer ${canary("bearer")}`,
    "Cf-Access-Client-Secret": canary("client-secret"),
  };
  const token = `${canary("header")}.${canary("payload")}.${canary("signature")}`;
  const said = [
    await fetch(`${url}/evaluate/wiki`, { method: "POST", headers, body: JSON.stringify({ token }) }),
    await fetch(`${url}/evaluate/wiki`, { method: "POST", headers, body: canary("body") }),
    await fetch(`${url}/${canary("path")}?${canary("query")}`, { headers }),
    await fetch(`${service.urlOf("admin")}/v1/keys`, { headers }),
    await fetch(`${service.urlOf("admin")}/v1/keys/rotate`, {
      method: "POST",
      headers,
      body: canary("body"),
    }),
    await fetch(`${service.urlOf("admin")}/readyz`, { headers }),
    await fetch(`${service.urlOf("admin")}/metrics`, { headers }),
  ];
  const texts = await Promise.all(said.map((response) => response.text()));
  const everything = [service.log, ...texts].join("\n");
  expect(service.logged("decision")).toHaveLength(1);
  expect(everything).not.toMatch(/canary-/);
  expect(everything).not.toContain(signed.slice(-40));
  expect(everything).not.toMatch(/\beyJ|PRIVATE KEY|"(?:d|p|q|dp|dq|qi)":/);
});
