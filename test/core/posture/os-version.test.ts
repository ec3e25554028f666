import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { DeviceOs, Platform } from "../../../src/core/attribute.ts";
import type { Operator, PostureCheck } from "../../../src/core/model.ts";
import { device, has, judges, LOST, NONE, outcomeOf, ruleOf } from "./posture-table.ts";

type OsVersionCheck = Extract<PostureCheck, { type: "os_version" }>;

const check = (
  platform: Platform,
  operator: Operator,
  version: string,
  changes: Partial<OsVersionCheck> = {},
): OsVersionCheck => ({
  type: "os_version",
  platform,
  operator,
  version,
  distroName: null,
  distroRevision: null,
  versionExtra: null,
  ...changes,
});

const os = (version: string, changes: Partial<DeviceOs> = {}) => ({
  "device.os": has({ version, distroName: null, distroRevision: null, versionExtra: null, ...changes }),
});

judges("At least 14.2 (mac)", check("mac", ">=", "14.2.0"), [
  ["newer", os("14.10.1"), "match"],
  ["the same, written shorter", os("14.2"), "match"],
  ["the same, written longer", os("14.2.0.0"), "match"],
  ["older, though its text sorts later", os("14.1.9"), "no_match"],
  ["with an answer to a threat that was not asked for", os("14.2 (a)"), "match"],
  ["a beta, which may be older", os("14.2.0-beta"), "malformed"],
  ["words", os("Sonoma"), "malformed"],
  ["nothing", os(""), "malformed"],
  ["a number that is not finished", os("14."), "malformed"],
  ["a number beyond counting", os("1".repeat(400)), "malformed"],
  ["more numbers than any version has", os(`14.2${".0".repeat(100)}`), "malformed"],
  ["the source has no version", { "device.os": NONE }, "missing"],
  ["the source did not answer", { "device.os": LOST }, "timeout"],
]);

describe("Operators compare number by number", () => {
  const table: readonly (readonly [Operator, older: boolean, same: boolean, newer: boolean])[] = [
    ["<", true, false, false],
    ["<=", true, true, false],
    ["==", false, true, false],
    [">=", false, true, true],
    [">", false, false, true],
  ];
  for (const [operator, ...expected] of table)
    test(`${operator} of 10.0.19045`, () => {
      const versions = ["10.0.9999", "10.0.19045", "10.0.22621"];
      const outcomes = versions.map((version) =>
        outcomeOf(ruleOf(check("windows", operator, "10.0.19045")), device(os(version))),
      );
      expect(outcomes).toEqual(expected.map((holds) => (holds ? "match" : "no_match")));
    });
});

judges(
  "At least 10.0.19045, update 3803 (windows)",
  check("windows", ">=", "10.0.19045", { versionExtra: "3803" }),
  [
    ["the very update", os("10.0.19045", { versionExtra: "3803" }), "match"],
    ["the very update, in one text", os("10.0.19045.3803"), "match"],
    ["an older update", os("10.0.19045", { versionExtra: "980" }), "no_match"],
    ["an older update, in one text", os("10.0.19045.980"), "no_match"],
    ["what the version itself says goes first", os("10.0.19045.980", { versionExtra: "3803" }), "no_match"],
    ["a newer build with a lower update", os("10.0.22621.1"), "match"],
    ["the same build, its update unknown", os("10.0.19045"), "missing"],
    ["the same build, never updated", os("10.0.19045", { versionExtra: "" }), "no_match"],
    ["an update that is no number", os("10.0.19045", { versionExtra: "KB5033372" }), "malformed"],
  ],
);

judges("Exactly 10.0.19045 (windows)", check("windows", "==", "10.0.19045"), [
  ["whatever the update", os("10.0.19045.3803"), "match"],
]);

judges("At least 13.4.1 (b) (mac)", check("mac", ">=", "13.4.1", { versionExtra: "(b)" }), [
  ["the very response", os("13.4.1", { versionExtra: "(b)" }), "match"],
  ["a later one", os("13.4.1 (c)"), "match"],
  ["an earlier one", os("13.4.1 (a)"), "no_match"],
  ["none at all", os("13.4.1", { versionExtra: "" }), "no_match"],
  ["nobody knows which", os("13.4.1"), "missing"],
  ["a build number instead", os("13.4.1 (22F82)"), "malformed"],
  ["a newer version needs none", os("13.5"), "match"],
]);

const ubuntu = { distroName: "ubuntu", distroRevision: "22.04" };

judges(
  "At least 5.15.0-1025 on Ubuntu 22.04",
  check("linux", ">=", "5.15.0", { versionExtra: "1025", ...ubuntu }),
  [
    ["it is", os("5.15.0", { versionExtra: "1025", ...ubuntu }), "match"],
    ["it is, as uname says it", os("5.15.0-1025-gcp", ubuntu), "match"],
    [
      "it is, as the kernel's extra version",
      os("5.15.0", { versionExtra: "-1025-generic", ...ubuntu }),
      "match",
    ],
    ["an older patch", os("5.15.0-21-generic", ubuntu), "no_match"],
    ["a pre-release of a newer one", os("5.19.0-rc1", ubuntu), "malformed"],
    [
      "a later release of the distribution",
      os("5.15.0-1025", { ...ubuntu, distroRevision: "24.04" }),
      "no_match",
    ],
    ["another distribution", os("5.15.0-1025", { ...ubuntu, distroName: "debian" }), "no_match"],
    ["the distribution is unknown", os("5.15.0-1025", { ...ubuntu, distroName: null }), "missing"],
    ["its release is unknown", os("5.15.0-1025", { ...ubuntu, distroRevision: null }), "missing"],
    [
      "the release is unknown, the kernel too old",
      os("4.19.0-1025", { ...ubuntu, distroRevision: null }),
      "no_match",
    ],
  ],
);

test("a rule and a device as Cloudflare's posture log has them", () => {
  const expected = check("linux", "==", "5.15.0-1025-gcp", { distroName: "ubuntu", distroRevision: "20.04" });
  const received = os("5.15.0-1025-gcp", { distroName: "ubuntu", distroRevision: "20.04" });
  expect(outcomeOf(ruleOf(expected), device(received))).toBe("match");
});

for (const [sentence, broken] of [
  ["A rule for a version that is none", check("mac", ">=", "latest")],
  ["A rule for a patch that is none", check("linux", ">=", "5.15.0", { versionExtra: "newest" })],
  ["A rule for a suffix that has no place among others", check("linux", ">=", "5.15.0-gcp")],
] as const)
  judges(sentence, broken, [["judges nothing", os("5.15.0"), "unsupported"]]);

const numbers = fc.array(fc.nat(20), { minLength: 1, maxLength: 5 });

test("versions compare as lists of numbers do, missing ones being zero", () => {
  fc.assert(
    fc.property(numbers, numbers, (left, right) => {
      const length = Math.max(left.length, right.length);
      const padded = (list: readonly number[]) =>
        Array.from({ length }, (_, index) => String(list[index] ?? 0).padStart(2, "0")).join();
      const older = outcomeOf(ruleOf(check("mac", "<", right.join("."))), device(os(left.join("."))));
      expect(older).toBe(padded(left) < padded(right) ? "match" : "no_match");
    }),
  );
});

test("whatever text a device reports, it is judged or unknown", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.option(fc.string()), (version, versionExtra) => {
      const rule = ruleOf(check("linux", ">=", "5.15.0", { versionExtra: "25" }));
      const outcome = outcomeOf(rule, device(os(version, { versionExtra })));
      if (!/^\d/.test(version)) expect(outcome).toBe("malformed");
      expect(["match", "no_match", "missing", "malformed"]).toContain(outcome);
    }),
  );
});
