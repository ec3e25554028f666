import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { AssertedPosture, Platform } from "../../../src/core/attribute.ts";
import { absent, type Fact, type Facts, known, unknown } from "../../../src/core/fact.ts";
import type { PostureCheck, PostureRule } from "../../../src/core/model.ts";
import { compilePostureRule } from "../../../src/core/posture/posture.ts";
import { UNKNOWN_REASONS, type UnknownReason } from "../../../src/core/reason.ts";
import { undecided } from "../../../src/core/verdict.ts";
import {
  device,
  has,
  LISTS,
  LOST,
  MINUTE_MS,
  NONE,
  NOW,
  type Outcome,
  outcomeOf,
  ruleOf,
} from "./posture-table.ts";

const FIREWALL: PostureCheck = { type: "firewall", enabled: true, platform: "mac" };
const RULE = ruleOf(FIREWALL);

/** One entry of the `devicePosture` map of an identity, as far as it decides. */
interface DevicePosture {
  readonly type: string;
  readonly rule_name: string;
  readonly success: boolean;
  readonly error: string;
  readonly timestamp: string;
}

const PASSED: DevicePosture = {
  type: "firewall",
  rule_name: "Firewall on",
  success: true,
  error: "",
  timestamp: new Date(NOW - MINUTE_MS).toISOString(),
};

/** What becomes of such an entry: a fact as old as its timestamp. */
function asserted(changes: Partial<DevicePosture> = {}): Facts {
  const { success, error, timestamp } = { ...PASSED, ...changes };
  const provenance = {
    source: "access",
    learntAt: Date.parse(timestamp),
    expiresAt: Number.POSITIVE_INFINITY,
  };
  const fact: Fact<AssertedPosture> =
    error !== ""
      ? unknown("reported_error")
      : timestamp === ""
        ? unknown("no_timestamp")
        : known({ success }, provenance);
  return { "device.asserted_posture:rule-1": fact };
}

describe("What Access asserts and what we know ourselves", () => {
  const ON = { "device.firewall": has(true) };
  const OFF = { "device.firewall": has(false) };
  const table: readonly (readonly [sentence: string, facts: Facts, expected: Outcome])[] = [
    ["both say yes", { ...ON, ...asserted() }, "match"],
    ["both say no", { ...OFF, ...asserted({ success: false }) }, "no_match"],
    ["Access says yes, we say no", { ...OFF, ...asserted() }, "disagreement"],
    ["Access says no, we say yes", { ...ON, ...asserted({ success: false }) }, "disagreement"],
    ["Access says yes, the device lacks it", { "device.firewall": NONE, ...asserted() }, "disagreement"],
    ["only Access says yes", asserted(), "match"],
    ["only Access says no", asserted({ success: false }), "no_match"],
    ["only we say yes", ON, "match"],
    ["only we say no", OFF, "no_match"],
    ["Access says yes, we could not learn it", { "device.firewall": LOST, ...asserted() }, "match"],
    ["Access met an error, we say yes", { ...ON, ...asserted({ error: "denied" }) }, "match"],
    ["Access met an error, and we know nothing", asserted({ error: "denied" }), "reported_error"],
    ["Access says yes at no time", asserted({ timestamp: "" }), "no_timestamp"],
    ["Access says yes at a time that is none", asserted({ timestamp: "yesterday" }), "from_the_future"],
    ["Access has no result of the rule", { "device.asserted_posture:rule-1": NONE }, "missing"],
    [
      "Access says yes to another rule",
      { "device.asserted_posture:rule-2": has({ success: true }) },
      "not_provided",
    ],
  ];
  for (const [sentence, facts, expected] of table)
    test(`${sentence}: ${expected}`, () => expect(outcomeOf(RULE, device(facts))).toBe(expected));
});

describe("A result no longer counts", () => {
  const HOUR_MS = 60 * MINUTE_MS;
  const hourly = ruleOf(FIREWALL, { expirationMs: HOUR_MS });
  const agedMs = (ms: number) => asserted({ timestamp: new Date(NOW - ms).toISOString() });
  const ownAgedMs = (ms: number): Facts => ({
    "device.firewall": known(true, {
      source: "osquery",
      learntAt: NOW - ms,
      expiresAt: Number.POSITIVE_INFINITY,
    }),
  });

  const table: readonly (readonly [sentence: string, rule: PostureRule, facts: Facts, expected: Outcome])[] =
    [
      ["a millisecond before the rule's expiration", hourly, agedMs(HOUR_MS - 1), "match"],
      ["at the rule's expiration", hourly, agedMs(HOUR_MS), "expired"],
      ["never, where the rule has none", RULE, agedMs(9_999 * HOUR_MS), "match"],
      [
        "at its expiration, when only our own is fresh",
        hourly,
        { ...agedMs(HOUR_MS), ...ownAgedMs(0) },
        "match",
      ],
      ["in our own facts a millisecond before", hourly, ownAgedMs(HOUR_MS - 1), "match"],
      ["in our own facts at the rule's expiration", hourly, ownAgedMs(HOUR_MS), "expired"],
      ["when Access says that it is of the future", RULE, agedMs(-5_001), "from_the_future"],
      ["but for a clock a little ahead", RULE, agedMs(-5_000), "match"],
      [
        "at once, where the rule's expiration is zero",
        ruleOf(FIREWALL, { expirationMs: 0 }),
        agedMs(0),
        "expired",
      ],
      [
        "ever, where the rule's expiration is no number",
        ruleOf(FIREWALL, { expirationMs: Number.NaN }),
        agedMs(0),
        "expired",
      ],
    ];
  for (const [sentence, rule, facts, expected] of table)
    test(`${sentence}: ${expected}`, () => expect(outcomeOf(rule, device(facts))).toBe(expected));

  test("that a device lacks it does not count for ever either", () => {
    const lacking = absent({
      source: "osquery",
      learntAt: NOW - HOUR_MS,
      expiresAt: Number.POSITIVE_INFINITY,
    });
    expect(outcomeOf(RULE, device({ "device.firewall": lacking }))).toBe("no_match");
    expect(outcomeOf(hourly, device({ "device.firewall": lacking }))).toBe("expired");
  });
});

describe("No device is judged that was not named", () => {
  const facts: Facts = { "device.firewall": has(true), ...asserted() };
  const table: readonly (readonly [sentence: string, id: Facts, expected: Outcome])[] = [
    ["one is", { "device.id": has("9ece5fab") }, "match"],
    ["nobody tells of one", {}, "no_device"],
    ["the request came from none", { "device.id": NONE }, "no_device"],
    ["there are several", { "device.id": unknown("several_devices") }, "several_devices"],
    ["a login would name it", { "device.id": unknown("no_person") }, "no_person"],
    ["it was named too long ago", { "device.id": { ...has("9ece5fab"), expiresAt: NOW } }, "expired"],
  ];
  for (const [sentence, id, expected] of table)
    test(`${sentence}: ${expected}`, () => expect(outcomeOf(RULE, { ...facts, ...id })).toBe(expected));
});

describe("A rule is for its platforms", () => {
  const facts: Facts = { "device.firewall": has(true), ...asserted() };
  const on = (platform: Platform): Facts => ({ ...facts, "device.platform": has(platform) });
  const warp = (...platforms: Platform[]) => ruleOf({ type: "warp" }, { platforms });
  const matched = ruleOf(FIREWALL, { platforms: ["mac", "windows"] });
  const contradictory = ruleOf(FIREWALL, { platforms: ["windows"] });
  const table: readonly (readonly [sentence: string, rule: PostureRule, facts: Facts, expected: Outcome])[] =
    [
      ["the check's own", RULE, on("mac"), "match"],
      ["not the check's own", RULE, on("windows"), "wrong_platform"],
      ["one of the rule's", warp("linux", "mac"), on("linux"), "match"],
      ["none of the rule's", warp("linux", "mac"), on("ios"), "wrong_platform"],
      ["any, where the rule names none", warp(), on("chromeos"), "match"],
      ["one of the rule's, but not the check's", matched, on("windows"), "wrong_platform"],
      ["the check's, but none of the rule's", contradictory, on("mac"), "wrong_platform"],
      ["unknown, which rules nothing out", RULE, { ...facts, "device.platform": LOST }, "match"],
      ["not told, which rules nothing out", RULE, facts, "match"],
    ];
  for (const [sentence, rule, about, expected] of table)
    test(`${sentence}: ${expected}`, () => expect(outcomeOf(rule, device(about))).toBe(expected));
});

test("disagreement does not depend on who says yes", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), (ours, theirs) => {
      const judge = (own: boolean, access: boolean) =>
        outcomeOf(RULE, device({ "device.firewall": has(own), ...asserted({ success: access }) }));
      expect(judge(ours, theirs)).toBe(judge(theirs, ours));
      expect(judge(ours, theirs) === "disagreement").toBe(ours !== theirs);
    }),
  );
});

describe("Of two reasons the more telling is given", () => {
  const reasons = (ours: Fact<boolean>, theirs: Fact<AssertedPosture>) =>
    outcomeOf(RULE, device({ "device.firewall": ours, "device.asserted_posture:rule-1": theirs }));
  test("one that a login would cure, whichever source has it", () => {
    expect(reasons(unknown("timeout"), unknown("log_in_again"))).toBe("log_in_again");
    expect(reasons(unknown("no_person"), unknown("expired"))).toBe("no_person");
  });
  test("ours before Access's", () => expect(reasons(unknown("timeout"), unknown("expired"))).toBe("timeout"));
  test("Access's, where we have no source", () =>
    expect(reasons(unknown("not_provided"), unknown("expired"))).toBe("expired"));
  test("whatever the reasons, the outcome is one of the two", () => {
    const isReason = (name: string): name is UnknownReason => name in UNKNOWN_REASONS;
    const reason = fc.constantFrom(...Object.keys(UNKNOWN_REASONS).filter(isReason));
    fc.assert(
      fc.property(reason, reason, (ours, theirs) => {
        expect<Outcome[]>([ours, theirs]).toContain(reasons(unknown(ours), unknown(theirs)));
      }),
    );
  });
});

test("a rule about an attribute without a source does not blame the device", () => {
  const check: PostureCheck = { type: "attribute", attribute: "score", operator: ">", value: 1 };
  expect(outcomeOf(ruleOf(check), {})).toBe("not_provided");
});

test("what Access asserts under the name of a rule about an attribute decides nothing", () => {
  const check: PostureCheck = { type: "attribute", attribute: "score", operator: ">", value: 1 };
  const yes = device({ "device.asserted_posture:rule-1": has({ success: true }) });
  expect(outcomeOf(ruleOf(check), { ...yes, "own.score": LOST })).toBe("timeout");
  expect(outcomeOf(ruleOf(check), yes)).toBe("not_provided");
  expect(outcomeOf(ruleOf(check), { ...yes, "own.score": has(1) })).toBe("no_match");
  expect(compilePostureRule(ruleOf(check), LISTS).facts).toEqual(["own.score"]);
});

test("judgements are shared values: judging makes none", () => {
  const { judge } = compilePostureRule(RULE, LISTS);
  expect(judge({}, NOW)).toBe(undecided("no_device"));
  expect(judge(device(asserted()), NOW)).toBe(judge(device({ "device.firewall": has(true) }), NOW));
});
