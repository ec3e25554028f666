import { describe, expect, test } from "bun:test";
import { absent, type Facts, known, unknown } from "../../src/core/fact.ts";
import { encodeFacts } from "../../src/core/fact-json.ts";
import { packFacts, unpackFacts } from "../../src/session/packed-facts.ts";

const ACCESS = { source: "access", learntAt: 1_000, expiresAt: Number.POSITIVE_INFINITY };
const FACTS: Facts = {
  "identity.subject": known("u-ada", ACCESS),
  "identity.login_method": known("okta", ACCESS),
  "identity.authentication_methods": known(new Set(["mfa"]), ACCESS, false),
  "identity.account_memberships": absent({ ...ACCESS, source: "directory", expiresAt: 9_000 }),
  "identity.risk_score": unknown("timeout", "risk"),
};

describe("packed facts", () => {
  test("are unpacked as they were", () => {
    const through: unknown = JSON.parse(JSON.stringify(packFacts(FACTS)));
    expect(packFacts(FACTS)).toEqual(through as ReturnType<typeof packFacts>);
    expect(unpackFacts(packFacts(FACTS))).toEqual(FACTS);
    expect(unpackFacts(packFacts({}))).toEqual({});
  });

  test("say but once what they have in common", () => {
    const whole = JSON.stringify(encodeFacts(FACTS)).length;
    expect(JSON.stringify(packFacts(FACTS)).length).toBeLessThan(0.75 * whole);
    expect(packFacts(FACTS).facts["identity.login_method"]).toEqual({ value: "okta" });
  });

  test("whose common part is lost or broken are unknown", () => {
    const { facts } = packFacts(FACTS);
    for (const common of [{}, { state: "known" }, { state: "known", learntAt: "now" }]) {
      expect(unpackFacts({ common, facts })["identity.subject"]?.state).toBe("unknown");
    }
  });

  test("take no value from the common part", () => {
    const { common } = packFacts(FACTS);
    expect(common).not.toContainKey("value");
    expect(unpackFacts({ common, facts: { "identity.subject": {} } })["identity.subject"]?.state).toBe(
      "unknown",
    );
  });
});
