import { has, judges, LOST, MINUTE_MS, NONE, NOW } from "./posture-table.ts";

const DAY_MS = 24 * 60 * MINUTE_MS;

judges("The firewall must be on", { type: "firewall", enabled: true, platform: "mac" }, [
  ["it is", { "device.firewall": has(true) }, "match"],
  ["it is not", { "device.firewall": has(false) }, "no_match"],
  ["the device has none", { "device.firewall": NONE }, "no_match"],
  ["the source did not answer", { "device.firewall": LOST }, "timeout"],
]);

judges("The firewall must be off", { type: "firewall", enabled: false, platform: "mac" }, [
  ["it is", { "device.firewall": has(false) }, "match"],
  ["it is not", { "device.firewall": has(true) }, "no_match"],
  ["that the source knows of none does not show it off", { "device.firewall": NONE }, "missing"],
]);

judges("A domain must be joined", { type: "domain_joined", platform: "windows", domain: "example.com" }, [
  ["it is", { "device.domain": has("example.com") }, "match"],
  ["it is a domain below", { "device.domain": has("eu.example.com") }, "no_match"],
  ["as at Cloudflare, case counts", { "device.domain": has("Example.com") }, "no_match"],
  ["none is", { "device.domain": NONE }, "no_match"],
  ["the source did not answer", { "device.domain": LOST }, "timeout"],
]);

judges("Any domain must be joined", { type: "domain_joined", platform: "windows", domain: null }, [
  ["one is", { "device.domain": has("example.com") }, "match"],
  ["its name is empty", { "device.domain": has("") }, "no_match"],
  ["none is", { "device.domain": NONE }, "no_match"],
]);

const updatedAt = (moment: number) => ({ "device.antivirus_updated_at": has(moment) });

judges("The antivirus must be younger than 30 days", { type: "antivirus", updateWindowDays: 30 }, [
  ["it is of yesterday", updatedAt(NOW - DAY_MS), "match"],
  ["it is of 30 days ago", updatedAt(NOW - 30 * DAY_MS), "match"],
  ["it is a millisecond older", updatedAt(NOW - 30 * DAY_MS - 1), "no_match"],
  ["a clock is a little ahead", updatedAt(NOW + 5_000), "match"],
  ["it is of the future", updatedAt(NOW + 5_001), "from_the_future"],
  ["its time is no number", updatedAt(Number.NaN), "malformed"],
  ["its time is without end", updatedAt(Number.POSITIVE_INFINITY), "malformed"],
  ["its time is before all time", updatedAt(Number.NEGATIVE_INFINITY), "malformed"],
  ["nobody knows of an update", { "device.antivirus_updated_at": NONE }, "missing"],
  ["the source did not answer", { "device.antivirus_updated_at": LOST }, "timeout"],
]);

judges("There must be an antivirus", { type: "antivirus", updateWindowDays: null }, [
  ["there is an old one", updatedAt(NOW - 9_999 * DAY_MS), "match"],
  ["there is none", { "device.antivirus_updated_at": NONE }, "no_match"],
  ["its time is no number", updatedAt(Number.NaN), "malformed"],
]);

judges("A window that is no number", { type: "antivirus", updateWindowDays: Number.NaN }, [
  ["nothing is inside or outside", updatedAt(NOW), "unsupported"],
]);
