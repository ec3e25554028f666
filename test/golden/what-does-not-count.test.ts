import { describe, expect, test } from "bun:test";
import { evaluate } from "../../src/core/evaluate.ts";
import { absent, type Facts, known, MAX_FUTURE_MS, type Provenance, unknown } from "../../src/core/fact.ts";
import { createPolicyDirectory } from "../../src/core/policy-directory.ts";
import type { DecisionReason } from "../../src/core/reason.ts";
import { policySetOf } from "../policies/support.ts";
import { NOON, said } from "../support/records.ts";
import { createEdge } from "./edge.ts";

const directory = createPolicyDirectory(
  policySetOf(`
applications:
  - { name: portugal, policies: [{ name: p, decision: service_auth, include: [{ geo: { country_code: PT } }] }] }
  - { name: engineers, policies: [{ name: p, decision: allow, include: [{ okta: { name: Engineers } }] }] }
  - name: all but engineers
    policies:
      - { name: p, decision: allow, include: [{ everyone: {} }], exclude: [{ okta: { name: Engineers } }] }
  - name: healthy
    policies:
      - { name: p, decision: service_auth, include: [{ device_posture: { integration_uid: firewall } }] }
posture_rules:
  - { id: firewall, name: Firewall, type: firewall, expiration: 1h, input: { operating_system: mac, enabled: true } }
`),
);

/** `permit`, or the reason of a denial. */
function decide(application: string, facts: Facts): string {
  const compiled = directory.findByName(application) ?? expect.unreachable(application);
  const { outcome, reason } = evaluate(compiled, facts, NOON);
  return outcome === "permit" ? outcome : reason;
}

const ANN: Facts = {
  "identity.subject": known("ann", said("login")),
  "identity.login_method_type": known("okta", said("login")),
};

describe("a fact counts", () => {
  const from = (learntAt: number, expiresAt: number): Provenance => ({ source: "edge", learntAt, expiresAt });
  const NEVER = Number.POSITIVE_INFINITY;

  test.each([
    ["until the moment it expires", from(NOON - 10, NOON + 1), "permit"],
    ["and not from then on", from(NOON - 10, NOON), "undecided"],
    ["where it was learnt 5 seconds in the future", from(NOON + MAX_FUTURE_MS, NEVER), "permit"],
    ["and not where it was learnt later", from(NOON + MAX_FUTURE_MS + 1, NEVER), "undecided"],
    ["and not where nobody can say when it was learnt", from(Number.NaN, NEVER), "undecided"],
    ["and not where nobody can say when it expires", from(NOON, Number.NaN), "undecided"],
  ])("%s", (_, provenance, expected) => {
    expect(decide("portugal", { "network.country": known("PT", provenance) })).toBe(expected);
  });

  test("for what it lacks as long as for what it holds", () => {
    const expired = { ...ANN, "identity.groups": absent(from(NOON - 10, NOON)) };
    expect(decide("engineers", expired)).toBe("undecided");
    expect(decide("engineers", { ...ANN, "identity.groups": absent(said("login")) })).toBe(
      "no_policy_matched",
    );
  });
});

test("five seconds are how far a fact may come from the future", () => {
  expect(MAX_FUTURE_MS).toBe(5_000);
});

describe("a part of a set of groups proves presence, never absence", () => {
  const groups = (names: readonly string[], complete: boolean): Facts => ({
    ...ANN,
    "identity.groups": known(
      { ids: new Set<string>(), names: new Set(names), emails: new Set<string>() },
      said("login"),
      complete,
    ),
  });

  test.each([
    ["in an Include", "engineers", ["Engineers"], "permit", "permit"],
    ["in an Include, for others", "engineers", ["Sales"], "undecided", "no_policy_matched"],
    ["in an Exclude", "all but engineers", ["Engineers"], "no_policy_matched", "no_policy_matched"],
    ["in an Exclude, for others", "all but engineers", ["Sales"], "undecided", "permit"],
  ])("%s", (_, application, names, inPart, whole) => {
    expect(decide(application, groups(names, false))).toBe(inPart);
    expect(decide(application, groups(names, true))).toBe(whole);
  });
});

describe("who has logged in", () => {
  test("and whose session lacks an attribute that a policy needs now is asked to log in again", () => {
    expect(decide("engineers", { ...ANN, "identity.groups": unknown("log_in_again") })).toBe(
      "login_required",
    );
  });

  test("and whose attribute could not be fetched is not", () => {
    expect(decide("engineers", { ...ANN, "identity.groups": unknown("timeout") })).toBe("undecided");
  });
});

test("a device that is one of several, none of which was named, is unknown", () => {
  const facts: Facts = {
    "device.id": unknown("several_devices"),
    "device.asserted_posture:firewall": known({ success: true }, said("access")),
    "device.firewall": known(true, said("agent")),
  };
  expect(decide("healthy", facts)).toBe("undecided");
  expect(decide("healthy", { ...facts, "device.id": known("d-1", said("access")) })).toBe("permit");
});

describe("posture that Access asserts", () => {
  const POLICIES = `
applications:
  - name: wiki
    policies:
      - { name: p, decision: service_auth, include: [{ device_posture: { integration_uid: disk } }] }
posture_rules:
  - { id: disk, name: Disk, type: disk_encryption, expiration: 1h, input: { requireAll: true } }
`;
  const iso = (ms: number) => new Date(ms).toISOString();
  const TIME = 1_700_000_000_000;
  const passed = { success: true, error: "", timestamp: iso(TIME) };

  const rows: readonly (readonly [
    sentence: string,
    result: object,
    device: string,
    reason: DecisionReason,
  ])[] = [
    ["counts for the device that is named", passed, "d-1", "service_authorized"],
    ["counts where the check failed, too", { ...passed, success: false }, "d-1", "no_policy_matched"],
    ["counts for no device that is known by its person's address alone", passed, "", "undecided"],
    ["ages from its timestamp", { ...passed, timestamp: iso(TIME - 3_599_000) }, "d-1", "service_authorized"],
    ["is unknown once it is too old", { ...passed, timestamp: iso(TIME - 3_600_000) }, "d-1", "undecided"],
    ["is unknown without a timestamp", { ...passed, timestamp: undefined }, "d-1", "undecided"],
    ["is unknown with a timestamp that is none", { ...passed, timestamp: "now" }, "d-1", "undecided"],
    ["is unknown with the zero time", { ...passed, timestamp: "0001-01-01T00:00:00Z" }, "d-1", "undecided"],
    ["is unknown with an error", { ...passed, error: "no such file" }, "d-1", "undecided"],
    ["is unknown without an outcome", { ...passed, success: undefined }, "d-1", "undecided"],
  ];

  test.each(rows)("%s", async (_, result, device, expected) => {
    const edge = await createEdge(POLICIES);
    const identity = { email: "ann@example.com", device_id: device, devicePosture: { disk: result } };
    expect((await edge.decide(identity)).decision.reason).toBe(expected);
  });
});
