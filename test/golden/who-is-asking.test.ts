import { describe, expect, test } from "bun:test";
import type { FactName } from "../../src/core/attribute.ts";
import { createEdge } from "./edge.ts";

const NONE = { service_token_status: false, mtls_auth: { auth_status: "NONE" } };
const ANN = { email: "ann@example.com", user_uuid: "u-1", ...NONE };

const members = await createEdge(`
applications:
  - { name: wiki, policies: [{ name: Members, decision: allow, include: [{ email_domain: { domain: example.com } }] }] }
service_tokens: [{ id: ci, name: CI, client_id: 0123.access }]
`);

/** The value of one fact of a call, or else in which way there is none. */
async function learn(name: FactName, identity: object): Promise<unknown> {
  const { facts } = await members.decide(identity);
  const fact = facts[name];
  return fact?.state === "known" ? fact.value : (fact?.state ?? "unknown");
}

async function outcomeOf(policy: string, identity: object): Promise<string> {
  const edge = await createEdge(`
applications: [{ name: wiki, policies: [{ name: p, ${policy} }] }]
service_tokens: [{ id: ci, name: CI, client_id: 0123.access }]
`);
  const { decision } = await edge.decide(identity);
  return decision.outcome === "permit" ? "permit" : decision.reason;
}

describe("at /evaluate the person is the identity of the token, and nothing else", () => {
  test("an address in the identity counts", async () => {
    expect((await members.decide(ANN)).decision.reason).toBe("policy_allowed");
  });

  test("the address at the top of the token does not", async () => {
    const { decision, facts } = await members.decide({ ...NONE }, { email: "ann@example.com" });
    expect(facts["identity.email"]?.state).toBe("unknown");
    expect(decision.reason).toBe("login_required");
  });

  test("nor does it overrule the one in the identity", async () => {
    const mallory = { ...ANN, email: "mallory@example.org" };
    const { decision } = await members.decide(mallory, { email: "ann@example.com" });
    expect(decision.reason).toBe("no_policy_matched");
  });

  test("nor do groups, a country or an address of the network outside it", async () => {
    const { facts } = await members.decide(ANN, { groups: ["a"], country: "PT", ip: "192.0.2.1" });
    const names = ["identity.groups", "network.country", "network.ip"] as const;
    expect(names.map((name) => facts[name]?.state)).toEqual(["unknown", "unknown", "unknown"]);
  });
});

describe("at /evaluate the identity also tells of", () => {
  test.each([
    ["the device", "device.id", { device_id: "d-1" }, "d-1"],
    ["WARP", "device.warp", { device_id: "d-1", is_warp: false }, false],
    ["Gateway", "device.gateway", { is_gateway: true }, true],
    ["the country", "network.country", { geo: { country: "PT" } }, "PT"],
    [
      "a service token by its client id",
      "credential.service_token",
      { service_token_status: true, service_token_id: "0123.access" },
      "0123.access",
    ],
  ] as const)("%s: %s", async (_, name, identity, value) => {
    expect(await learn(name, { ...ANN, ...identity })).toBe(value);
  });

  test("the address of the network: network.ip", async () => {
    expect(await learn("network.ip", { ...ANN, ip: "203.0.113.7" })).toMatchObject({ text: "203.0.113.7" });
  });
});

describe("a service token is known only where Access says so and names the client", () => {
  test.each([
    ["it says no", { service_token_status: false, service_token_id: "0123.access" }, "absent"],
    ["it says nothing", { service_token_status: undefined, service_token_id: "0123.access" }, "unknown"],
    ["it names no client", { service_token_status: true, service_token_id: "" }, "unknown"],
    [
      "it says neither yes nor no",
      { service_token_status: "true", service_token_id: "0123.access" },
      "unknown",
    ],
  ])("%s", async (_, identity, expected) => {
    expect(await learn("credential.service_token", { ...ANN, ...identity })).toBe(expected);
  });

  const ROBOTS = "decision: service_auth, include: [{ service_token: { token_id: ci } }]";
  test("a rule names the id of a token, and Access asserts its client id", async () => {
    const robot = { ...NONE, service_token_status: true };
    expect(await outcomeOf(ROBOTS, { ...robot, service_token_id: "0123.access" })).toBe("permit");
    expect(await outcomeOf(ROBOTS, { ...robot, service_token_id: "ci" })).toBe("undecided");
    expect(await outcomeOf(ROBOTS, { ...robot, service_token_id: "" })).toBe("undecided");
  });

  test("one that the policies do not have is not known, though Access has verified it", async () => {
    const ANY = "decision: service_auth, include: [{ any_valid_service_token: {} }]";
    const OTHERS =
      "decision: bypass, include: [{ everyone: {} }], exclude: [{ any_valid_service_token: {} }]";
    const gone = { ...NONE, service_token_status: true, service_token_id: "gone.access" };
    expect(await outcomeOf(ANY, { ...gone, service_token_id: "0123.access" })).toBe("permit");
    expect(await outcomeOf(ANY, gone)).toBe("undecided");
    expect(await outcomeOf(OTHERS, gone)).toBe("undecided");
  });

  test("with a service token no person counts", async () => {
    const both = { ...ANN, service_token_status: true, service_token_id: "0123.access" };
    expect((await members.decide(both)).decision.reason).toBe("login_required");
    expect(await outcomeOf(ROBOTS, both)).toBe("permit");
  });
});

describe("the certificate of an identity", () => {
  test.each([
    ["SUCCESS is one", "SUCCESS", { commonName: "machine-1" }],
    ["NONE is none", "NONE", "absent"],
    ["FAILED is not known", "FAILED", "unknown"],
    ["a word in another case is not known", "success", "unknown"],
    ["no word is not known", undefined, "unknown"],
  ])("with auth_status: %s", async (_, auth_status, expected) => {
    const identity = { email: "ann@example.com", common_name: "machine-1", mtls_auth: { auth_status } };
    expect(await learn("credential.certificate", identity)).toEqual(expected);
  });

  test("an undecided one opens nothing, and blocks where it would block", async () => {
    const failed = { ...ANN, mtls_auth: { auth_status: "FAILED" } };
    expect(await outcomeOf("decision: service_auth, include: [{ certificate: {} }]", failed)).toBe(
      "undecided",
    );
    expect(await outcomeOf("decision: block, include: [{ common_name: { common_name: x } }]", failed)).toBe(
      "block_undecided",
    );
  });
});

test("a linked-app token is never asserted at /evaluate, and so is undecided", async () => {
  const rule = "decision: service_auth, include: [{ linked_app_token: { app_uid: wiki } }]";
  expect(await outcomeOf(rule, ANN)).toBe("undecided");
});
