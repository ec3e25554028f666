import { describe, expect, test } from "bun:test";
import type { FactName } from "../../src/core/attribute.ts";
import { createAnswerReader } from "../../src/pip/read-answer.ts";
import { asOf, partial, t } from "../../src/plugin.ts";
import { NOON, NOWHERE } from "../support/records.ts";
import { ABSURD } from "./absurd.ts";
import { fakePlugin } from "./fake-plugin.ts";

const PLUGIN = fakePlugin({
  provides: [
    "device.serial_number",
    "device.antivirus_updated_at",
    "device.files",
    "device.provider",
    "identity.email",
    "identity.authentication_methods",
    "network.country",
  ],
  attributes: { "own.score": t.Integer({ minimum: 0, maximum: 100 }), "own.tags": t.Array(t.String()) },
});
const FAKE = { plugin: PLUGIN, name: "fake", place: NOWHERE, idp: null, connection: null };
const readAnswer = createAnswerReader(FAKE, 60_000, () => {});
const read = (name: FactName, answer: unknown) => readAnswer(answer, { askedAt: NOON, wanted: [name] })[name];

describe("what an author writes becomes a fact:", () => {
  test.each([
    ["identity.email", "Alice@Example.com", { address: "alice@example.com", domain: "example.com" }],
    ["identity.authentication_methods", ["otp", "pwd"], new Set(["otp", "pwd"])],
    ["network.country", "ch", "CH"],
    ["own.score", 90, 90],
    ["own.tags", ["a"], new Set(["a"])],
  ] as const)("%s %p", (name, said, value) => {
    expect(read(name, { [name]: said })).toEqual({
      state: "known",
      value,
      complete: true,
      source: "fake",
      learntAt: NOON,
      expiresAt: NOON + 60_000,
    });
  });

  test("of a keyed attribute, for each key by itself", () => {
    const answer = { "device.provider": { a: { score: 90 }, b: null } };
    expect(read("device.provider:a", answer)).toMatchObject({
      state: "known",
      value: new Map([["score", 90]]),
    });
    expect(read("device.provider:b", answer)).toMatchObject({ state: "absent" });
    expect(read("device.provider:c", answer)).toMatchObject({ state: "unknown", why: "missing" });
    expect(read("device.provider:toString", answer)).toMatchObject({ state: "unknown", why: "missing" });
  });

  test("all that is said, where nothing in particular was asked for", () => {
    const answer = { "device.provider": { a: null }, "device.serial_number": "C02" };
    expect(Object.keys(readAnswer(answer, { askedAt: NOON, wanted: null }))).toEqual([
      "device.provider:a",
      "device.serial_number",
    ]);
  });

  test("a part of a collection as a part, and nothing found in a part as not known", () => {
    expect(read("own.tags", { "own.tags": partial(["a"]) })).toMatchObject({ complete: false });
    expect(read("own.tags", { "own.tags": partial(null) })).toMatchObject({
      state: "unknown",
      why: "incomplete",
    });
  });

  test("as old as its source says, and good for that much less", () => {
    const said = { "own.tags": asOf(NOON - 50_000, partial(["a"])) };
    expect(read("own.tags", said)).toMatchObject({
      complete: false,
      learntAt: NOON - 50_000,
      expiresAt: NOON + 10_000,
    });
    expect(read("own.tags", { "own.tags": asOf(NOON - 50_000, null) })).toMatchObject({
      state: "absent",
      expiresAt: NOON + 10_000,
    });
  });
});

describe("what makes no sense is unknown:", () => {
  test.each([
    ["a number that is none", "device.antivirus_updated_at", Number.NaN],
    ["a number without end", "own.score", Number.POSITIVE_INFINITY],
    ["a number outside of the plugin's own schema", "own.score", 101],
    ["a fraction where it declared whole numbers", "own.score", 0.5],
    ["text for a number", "own.score", "90"],
    ["a list for text", "device.serial_number", ["C02"]],
    ["text for a list", "own.tags", "a"],
    ["no country", "network.country", "XX"],
    ["no address", "identity.email", "alice@evil@example.com"],
    ["a set, which is no list", "identity.authentication_methods", new Set(["otp"])],
    ["a file that lacks a part", "device.files", { "/a": { exists: true } }],
  ] as const)("%s", (_, name, said) => {
    expect(read(name, { [name]: said })).toEqual({ state: "unknown", why: "malformed", source: "fake" });
  });

  test.each([
    [Number.NaN, "malformed"],
    [Number.POSITIVE_INFINITY, "malformed"],
    [NOON + 5_001, "from_the_future"],
  ] as const)("what was learnt at %p", (learntAt, why) => {
    expect(read("own.score", { "own.score": asOf(learntAt, 90) })).toMatchObject({ state: "unknown", why });
    expect(read("own.score", { "own.score": asOf(learntAt, null) })).toMatchObject({ state: "unknown", why });
  });

  test("but five seconds ahead is only a clock", () => {
    expect(read("own.score", { "own.score": asOf(NOON + 5_000, 90) })).toMatchObject({ state: "known" });
  });

  test.each(Object.entries(ABSURD))("%s tells no serial number", (_, answer) => {
    const fact = () => read("device.serial_number", answer);
    let state = "refused";
    try {
      state = fact()?.state ?? "none";
    } catch (error) {
      expect(error).toMatchObject({ code: "malformed" });
    }
    expect(["refused", "unknown"]).toContain(state);
  });

  test("an answer that names what the plugin does not declare is none at all", () => {
    const answer = { "device.serial_number": "C02", "device.hostname": "laptop" };
    expect(() => read("device.serial_number", answer)).toThrow("which it does not declare; it declares ");
  });
});
