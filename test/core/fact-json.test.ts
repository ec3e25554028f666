import { describe, expect, test } from "bun:test";
import { parseEmail } from "../../src/core/email.ts";
import { absent, type Facts, known, unknown } from "../../src/core/fact.ts";
import { decodeFact, decodeFacts, encodeFact, encodeFacts } from "../../src/core/fact-json.ts";
import { parseIp } from "../../src/core/ip-address.ts";

const from = { source: "access", learntAt: 1_000, expiresAt: Number.POSITIVE_INFINITY };
const email = parseEmail("ada@example.com") ?? expect.unreachable();
const ip = parseIp("2001:db8::1") ?? expect.unreachable();

/** One fact of every attribute, in every state. */
const FACTS: Facts = {
  "identity.subject": known("user-ada", from),
  "identity.email": known(email, from),
  "identity.login_method": known("okta", from),
  "identity.authentication_methods": known(new Set(["mfa"]), from),
  "identity.authentication_contexts": absent({ ...from, expiresAt: 9_000 }),
  "identity.groups": known(
    { ids: new Set(["1"]), names: new Set(["eng"]), emails: new Set(["e@example.com"]) },
    from,
    false,
  ),
  "identity.saml_attributes": known(new Map([["role", new Set(["admin", "dev"])]]), from),
  "identity.oidc_claims": known(new Map(), from),
  "identity.account_memberships": unknown("no_person", "access"),
  "identity.risk_score": known("low", { ...from, expiresAt: 5_000 }),
  "identity.external_evaluation:https://example.com/x": known(true, from),
  "network.ip": known(ip, from),
  "network.country": known("PT", from),
  "credential.service_token": absent(from),
  "credential.certificate": known({ commonName: null }, from),
  "credential.linked_app_token": known("wiki", from),
  "device.id": known("laptop", from),
  "device.platform": known("mac", from),
  "device.os": known({ version: "14.2", distroName: null, distroRevision: null, versionExtra: "(a)" }, from),
  "device.disks": known(new Map([["C", true]]), from),
  "device.firewall": known(false, from),
  "device.antivirus_updated_at": known(123, from),
  "device.files": known(
    new Map([["/bin/x", { exists: true, running: null, sha256: "00", thumbprint: null }]]),
    from,
  ),
  "device.certificates": known(
    [
      {
        certificateId: "c",
        commonName: "laptop",
        hasPrivateKey: true,
        extendedKeyUsage: ["clientAuth"],
        subjectAlternativeNames: null,
        locations: ["system"],
      },
    ],
    from,
  ),
  "device.asserted_posture:disk": known({ success: true }, from),
  "device.provider:cs": known(new Map<string, string | number | boolean>([["overall", 80]]), from),
  "own.badge": known(new Set(["gold"]), from),
  "own.score": known(7, from),
};

describe("facts as JSON", () => {
  test("come back as they went, through text", () => {
    expect(decodeFacts(JSON.parse(JSON.stringify(encodeFacts(FACTS))))).toEqual(FACTS);
  });

  test("say how each was known", () => {
    expect(encodeFact("network.country", known("PT", { ...from, expiresAt: 2_000 }))).toEqual({
      state: "known",
      value: "PT",
      complete: true,
      source: "access",
      learntAt: 1_000,
      expiresAt: 2_000,
    });
    expect(encodeFact("network.country", unknown("timeout", "geoip"))).toEqual({
      state: "unknown",
      why: "timeout",
      source: "geoip",
    });
  });

  const times = { source: "x", learntAt: 1, expiresAt: null };
  test.each([
    ["no fact at all", "a text"],
    ["a state of its own", { state: "certain", ...times }],
    ["a known one without its time", { state: "known", value: "PT", complete: true, source: "x" }],
    ["a known one that does not say whether it is complete", { state: "known", value: "PT", ...times }],
    ["a known one of the wrong type", { state: "known", value: 7, complete: true, ...times }],
    ["a known one that names no country", { state: "known", value: "XX", complete: true, ...times }],
    ["an absent one without its time", { state: "absent", source: "x" }],
    ["an unknown one for no known reason", { state: "unknown", why: "constructor", source: "x" }],
    ["one with something added", { state: "absent", ...times, forever: true }],
  ])("that make no sense are unknown, never absent: %s", (_what, json) => {
    expect(decodeFact("network.country", json)).toMatchObject({ state: "unknown", why: "malformed" });
  });

  test("that carry an unknown reason keep it", () => {
    expect(decodeFact("network.country", { state: "unknown", why: "timeout", source: "geoip" })).toEqual(
      unknown("timeout", "geoip"),
    );
  });

  test("under names that no attribute has are left out, the prototype's too", () => {
    const json = JSON.parse('{"__proto__": {"state": "absent"}, "shoe.size": {"state": "absent"}}');
    expect(Object.keys(decodeFacts(json))).toEqual([]);
  });
});
