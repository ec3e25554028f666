import { expect, test } from "bun:test";
import { type Facts, known, unknown } from "../../src/core/fact.ts";
import { measureFreshness } from "../../src/pip/freshness.ts";
import { NOON } from "../support/records.ts";

const learnt = (ageMs: number, expiresAt = NOON + 60_000) => {
  return { source: "mdm", learntAt: NOON - ageMs, expiresAt };
};
const FACTS: Facts = {
  "identity.login_method": known("okta", learnt(9_000_000, Number.POSITIVE_INFINITY)),
  "device.hostname": known("laptop", learnt(4_000, NOON + 7_000)),
  "device.domain": known("corp", learnt(2_000)),
  "device.firewall": known(true, learnt(50_000, NOON - 1)),
  "device.serial_number": unknown("timeout"),
  "own.ahead": known(1, learnt(-4_000)),
};

test("a decision is as fresh as the oldest fact behind it that is watched", () => {
  expect(
    measureFreshness(FACTS, ["identity.login_method", "device.hostname", "device.domain"], NOON),
  ).toEqual({
    ageMs: 4_000,
    expiresAt: NOON + 7_000,
  });
});

test("what no longer counts, or never did, has neither age nor end", () => {
  expect(measureFreshness(FACTS, ["device.firewall", "device.serial_number", "device.os"], NOON)).toEqual({
    ageMs: 0,
    expiresAt: Number.POSITIVE_INFINITY,
  });
});

test("what was learnt by a clock a little ahead is new", () => {
  expect(measureFreshness(FACTS, ["own.ahead"], NOON).ageMs).toBe(0);
});
