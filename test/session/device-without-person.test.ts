import { describe, expect, test } from "bun:test";
import { type Facts, known } from "../../src/core/fact.ts";
import type { Gatherer } from "../../src/pip/gather.ts";
import { ACCESS_ONLY } from "../../src/server/decision/access-only.ts";
import { NOW } from "../token/access-team.ts";
import { identityOfAda, SessionRig } from "./rig.ts";

const MINUTE_MS = 60_000;
const IAT = NOW / 1_000;
/** A token that lives for ten minutes. */
const CLAIMS = { iat: IAT, exp: IAT + 600, email: "ada@example.com", device_id: "laptop" };

const passed = { type: "disk_encryption", rule_name: "Disk", success: true, error: "" };
const POSTURE = { disk: { ...passed, timestamp: new Date(NOW).toISOString() } };

function policiesFor(decision: string, more = ""): string {
  return `
applications:
  - name: wiki
    ${more}
    policies:
      - { name: Encrypted, decision: ${decision}, include: [{ device_posture: { integration_uid: disk } }] }
      - { name: At home, decision: ${decision}, include: [{ geo: { country_code: PT } }] }
posture_rules:
  - { id: disk, name: Disk, type: disk_encryption, expiration: 25h, input: { requireAll: true } }
`;
}

async function openRig(policies: string, gatherer: Gatherer = ACCESS_ONLY): Promise<SessionRig> {
  const rig = await SessionRig.open(policies, { gatherer });
  await rig.login(identityOfAda({ devicePosture: POSTURE }));
  return rig;
}

function inCountry(country: string): Facts {
  const from = { source: "request", learntAt: NOW, expiresAt: Number.POSITIVE_INFINITY };
  return { "network.country": known(country, from) };
}

describe.each(["bypass", "service_auth"])("a permit (%s) for what a login said of its device", (decision) => {
  test("ends with the token", async () => {
    const rig = await openRig(policiesFor(decision));
    expect(await rig.ask(CLAIMS)).toMatchObject({
      decision: { outcome: "permit" },
      endsAt: NOW + 10 * MINUTE_MS,
    });
    rig.now += 10 * MINUTE_MS;
    expect(await rig.outcome(CLAIMS)).toBe("undecided");
  });

  test("ends with the session of the application", async () => {
    const rig = await openRig(policiesFor(decision, "session_duration: 5m"));
    expect((await rig.ask(CLAIMS)).endsAt).toBe(NOW + 5 * MINUTE_MS);
    rig.now += 5 * MINUTE_MS;
    expect(await rig.outcome(CLAIMS)).toBe("undecided");
  });

  test("is none where a session ends at once", async () => {
    const rig = await openRig(policiesFor(decision, "session_duration: 0s"));
    expect(await rig.outcome(CLAIMS)).toBe("undecided");
  });
});

test("what needs no login stays open to whoever's login has ended", async () => {
  const rig = await openRig(policiesFor("bypass"));
  rig.now += 10 * MINUTE_MS;
  const { decision, endsAt } = await rig.ask(CLAIMS, inCountry("PT"));
  expect([decision.policy?.name, endsAt]).toEqual(["At home", Number.POSITIVE_INFINITY]);
});

test("so does what a provider says of the network", async () => {
  const gatherer: Gatherer = {
    storeKeys: () => [],
    gather: async (_subject, _wanted, _stored, given) => ({
      facts: { ...given, ...inCountry("PT") },
      toStore: [],
      asked: false,
    }),
  };
  const rig = await openRig(policiesFor("bypass"), gatherer);
  rig.now += 10 * MINUTE_MS;
  expect(await rig.outcome(CLAIMS)).toBe("permit");
});

test("a permit for the network alone does not end with the token that came along", async () => {
  const rig = await openRig(policiesFor("bypass").replace(/.*Encrypted.*\n/, ""));
  const { decision, endsAt } = await rig.ask(CLAIMS, inCountry("PT"));
  expect([decision.outcome, endsAt]).toEqual(["permit", Number.POSITIVE_INFINITY]);
});
