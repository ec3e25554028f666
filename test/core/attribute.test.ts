import { describe, expect, test } from "bun:test";
import { keyedFact, phaseOf } from "../../src/core/attribute.ts";
import { isFactName } from "../../src/core/attribute-codec.ts";

describe("an attribute", () => {
  test.each([
    "identity.email",
    "identity.groups",
    "identity.login_method",
    "identity.external_evaluation:https://example.com/evaluate",
  ] as const)("of the person is learnt once, at login: %s", (name) => {
    expect(phaseOf(name)).toBe("login");
  });

  test.each([
    "identity.risk_score",
    "network.country",
    "device.warp",
    "credential.certificate",
    "own.badge",
  ] as const)("of anything else is watched, and so is the risk score: %s", (name) => {
    expect(phaseOf(name)).toBe("continuous");
  });

  test("that exists once per key is named with its key", () => {
    expect(keyedFact("device.provider", "crowdstrike")).toBe("device.provider:crowdstrike");
  });

  test.each([
    ["an attribute", "identity.email", true],
    ["an attribute and its key", "device.provider:abc", true],
    ["a key that holds a colon", "identity.external_evaluation:https://a.example/x", true],
    ["an attribute of a plugin's own", "own.badge", true],
    ["an attribute without the key it needs", "device.provider", false],
    ["an empty key", "device.provider:", false],
    ["an own attribute without a name", "own.", false],
    ["something unheard of", "identity.shoe_size", false],
    ["a key where none belongs", "identity.email:x", false],
    ["a property of every object", "constructor", false],
    ["the prototype", "__proto__", false],
  ])("%s: %s is a fact's name: %p", (_what, name, is) => {
    expect(isFactName(name)).toBe(is);
  });
});
