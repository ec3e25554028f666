import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { absent, type Facts, known, unknown } from "../../src/core/fact.ts";
import {
  createDecisionLog,
  type DecisionLogOptions,
  type DecisionRecord,
} from "../../src/observe/decision-log.ts";
import { applicationNamed, collectLines, NOON, permitBy, policyNamed, said } from "../support/records.ts";

const engineers = policyNamed("Engineers");

const facts: Facts = {
  "identity.email": known({ address: "ann@example.com", domain: "example.com" }, said("access", 120_000)),
  "identity.account_memberships": known(new Set(["b", "a"]), said("access"), false),
  "network.country": unknown("timeout", "geoip"),
  "credential.service_token": absent(said("request")),
};

const record: DecisionRecord = {
  id: "d-1",
  application: applicationNamed("wiki"),
  decision: permitBy(engineers),
  revision: "r1",
  facts,
  used: ["identity.email", "identity.account_memberships", "network.country", "credential.service_token"],
  now: NOON,
  ms: 1.5,
};

async function log(
  entry: Partial<DecisionRecord> = {},
  options: Partial<DecisionLogOptions> = {},
): Promise<string> {
  const destination = collectLines();
  await createDecisionLog({ values: "used", redact: [], destination, ...options })({ ...record, ...entry });
  expect(destination.lines).toHaveLength(1);
  return destination.lines.join("");
}

describe("the decision log", () => {
  test("tells a line that would be too long without the values of its facts", async () => {
    const whole = Buffer.byteLength(await log());
    expect(await log({}, { maxLineBytes: whole })).toContain("ann@example.com");
    const { facts, decision } = JSON.parse(await log({}, { maxLineBytes: whole - 1 }));
    expect(decision).toBe("permit");
    expect(facts[0]).toEqual({
      name: "identity.email",
      source: "access",
      state: "known",
      age_ms: 120_000,
      truncated: true,
    });
  });

  test("tells who decided, how, why, and from which facts, in one JSON line", async () => {
    expect(JSON.parse(await log())).toEqual({
      level: "info",
      time: "2026-11-21T12:00:00.000Z",
      msg: "decision",
      id: "d-1",
      application: "wiki",
      application_id: "id-of-wiki",
      policy: "Engineers",
      policy_id: "engineers",
      effect: "allow",
      decision: "permit",
      reason: "policy_allowed",
      cause: "known",
      revision: "r1",
      facts: [
        {
          name: "identity.email",
          source: "access",
          state: "known",
          age_ms: 120_000,
          value: "ann@example.com",
        },
        {
          name: "identity.account_memberships",
          source: "access",
          state: "known",
          age_ms: 0,
          complete: false,
          value: ["a", "b"],
        },
        { name: "network.country", source: "geoip", state: "unknown", why: "timeout" },
        { name: "credential.service_token", source: "request", state: "absent", age_ms: 0 },
      ],
      ms: 1.5,
    });
  });

  test("writes a fact as it counted: one that has expired is unknown and its value is gone", async () => {
    const old = known("PT", { source: "geoip", learntAt: NOON - 10, expiresAt: NOON });
    const line = await log({ facts: { "network.country": old }, used: ["network.country"] });
    expect(JSON.parse(line).facts).toEqual([
      { name: "network.country", source: "", state: "unknown", why: "expired" },
    ]);
  });

  test("writes no values at all where `values: none` asks for it", async () => {
    const line = await log({}, { values: "none" });
    expect(line).not.toContain("ann@");
    expect(JSON.parse(line).facts[0]).toEqual({
      name: "identity.email",
      source: "access",
      state: "known",
      age_ms: 120_000,
    });
  });

  test("cuts a set of thousands, and says so", async () => {
    const many = known(new Set(Array.from({ length: 5_000 }, (_, i) => `account-${i}`)), said("access"));
    const [fact] = JSON.parse(
      await log({ facts: { "identity.account_memberships": many }, used: ["identity.account_memberships"] }),
    ).facts;
    expect(fact.value).toHaveLength(100);
    expect(fact.truncated).toBe(true);
  });
});

test("what is the same from line to line is said anew where it is not the same", async () => {
  const permit = permitBy(engineers);
  const destination = collectLines();
  const logDecision = createDecisionLog({ values: "used", redact: [], destination });
  const told = [
    { application: applicationNamed("wiki"), revision: "r1", now: NOON },
    { application: applicationNamed("payroll"), revision: "r1", now: NOON },
    { application: applicationNamed("payroll"), revision: "r2", now: NOON + 1 },
  ];
  for (const entry of told) await logDecision({ ...record, decision: permit, ...entry });
  expect(
    destination.lines
      .map((line) => JSON.parse(line))
      .map((line) => [line.application, line.revision, line.time]),
  ).toEqual([
    ["wiki", "r1", "2026-11-21T12:00:00.000Z"],
    ["payroll", "r1", "2026-11-21T12:00:00.000Z"],
    ["payroll", "r2", "2026-11-21T12:00:00.001Z"],
  ]);
});

describe("a redacted attribute", () => {
  const key = new Uint8Array(32).fill(7);
  const hashOf = async (entry: Partial<DecisionRecord>, options: Partial<DecisionLogOptions> = {}) =>
    JSON.parse(await log(entry, { redactKey: key, ...options })).facts[0].value;

  test("is a keyed hash and nowhere in the line", async () => {
    const line = await log({}, { redact: ["identity.email"], redactKey: key });
    expect(line).not.toContain("ann");
    expect(JSON.parse(line).facts[0]).toMatchObject({ redacted: true });
    expect(JSON.parse(line).facts[0].value).toMatch(/^hmac:[\w-]{43}$/);
  });

  test("covers every key of the attribute", async () => {
    const used = ["device.provider:crowdstrike"] as const;
    const posture = known(new Map([["score", 10]]), said("crowdstrike"));
    const provider: Facts = { "device.provider:crowdstrike": posture };
    expect(await hashOf({ facts: provider, used }, { redact: ["device.provider"] })).toMatch(/^hmac:/);
  });

  test("has the same hash for equal values, another for others, whatever the order they were learnt in", async () => {
    const sets = fc.uniqueArray(fc.string(), { maxLength: 5 });
    const hash = (values: readonly string[], redactKey = key) =>
      hashOf(
        {
          facts: { "identity.account_memberships": known(new Set(values), said("access")) },
          used: ["identity.account_memberships"],
        },
        { redact: ["identity.account_memberships"], redactKey },
      );
    await fc.assert(
      fc.asyncProperty(sets, sets, async (a, b) => {
        const [one, other] = [await hash(a), await hash(b)];
        expect(await hash(a.toReversed())).toBe(one);
        expect(one === other).toBe(Bun.deepEquals(new Set(a), new Set(b)));
        expect(await hash(a, new Uint8Array(32).fill(8))).not.toBe(one);
      }),
    );
  });

  test("is hashed under a key of the process where none is configured", async () => {
    const options = { redact: ["identity.email"], values: "used" } as const;
    const first = collectLines();
    const logDecision = createDecisionLog({ ...options, destination: first });
    await Promise.all([logDecision(record), logDecision(record)]);
    expect(first.lines[0]).toBe(first.lines[1] ?? "");
    const second = collectLines();
    await createDecisionLog({ ...options, destination: second })(record);
    expect(second.lines[0]).not.toBe(first.lines[0] ?? "");
  });
});

describe("a hostile value", () => {
  const withValue = (value: string) =>
    log({ facts: { "own.note": known(value, said("plugin")) }, used: ["own.note"] });

  test.each([
    ["line feed", "\n"],
    ["escape", "\u001b[2J"],
    ["DEL", "\u007f"],
    ["C1 control", "\u009b31m"],
    ["line separator", "\u2028"],
    ["right-to-left override", "\u202e"],
    ["lone surrogate", "\ud800"],
  ])("with a %s stays one line and is escaped", async (_, control) => {
    const line = await withValue(`a${control}b`);
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(JSON.parse(line).facts[0].value).toBe(`a${control}b`);
  });

  test.each([
    [
      "a JWT",
      `Bearer ${["eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJhIn0", "c2lnbmF0dXJl"].join(".")}`,
      "c2lnbmF0dXJl",
    ],
    ["a service-token secret", `cfast_${"a1".repeat(24)}`, "a1a1"],
    ["credentials of a URL", "rediss://postern:hunter2@redis.example.com", "hunter2"],
  ])("that holds %s loses it", async (_, value, secret) => {
    const line = await withValue(value);
    expect(line).not.toContain(secret);
    expect(line).toContain("[secret]");
  });

  test("of any text gives one line of valid JSON", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (value) => {
        const line = await withValue(value);
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(JSON.parse(line).id).toBe("d-1");
      }),
    );
  });
});
