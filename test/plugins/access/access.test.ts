import { expect, test } from "bun:test";
import { join } from "node:path";
import access from "../../../plugins/access/index.ts";
import { NOON } from "../../support/records.ts";
import { type ApiCase, ask, testApiContract } from "../api-contract.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));

const CASE: ApiCase = {
  plugin: access,
  config: (url) => ({ account: "699d98642c564d2e855e9661899b7252", token: "Sn3lZJTBX6kk", api_url: url }),
  subject: { "device.id": "9ece5fab-7398-488a-a575-e25a9a3dec07" },
  wanted: [
    "device.serial_number",
    "device.hostname",
    "device.platform",
    "device.os",
    "device.warp",
    "device.gateway",
    "own.access.passed_rules",
  ],
};

async function learn(...names: readonly string[]) {
  return (await ask(CASE, exchangesOf(recording, ...names))).facts;
}

test("what Cloudflare knows of a device", async () => {
  expect(await learn("device", "connected", "checks")).toMatchObject({
    "device.serial_number": { state: "known", value: "C02XK0AAJG5J" },
    "device.hostname": { state: "known", value: "Ada's MacBook" },
    "device.platform": { state: "known", value: "mac" },
    "device.os": {
      state: "known",
      value: { version: "15.6.1", distroName: null, distroRevision: null, versionExtra: "(a)" },
    },
    "device.warp": { state: "known", value: true },
    "device.gateway": { state: "known", value: true },
  });
});

test("the rules that a device passed are as old as the oldest of them, and prove nothing of the others", async () => {
  const facts = await learn("device", "connected", "checks");
  expect(facts["own.access.passed_rules"]).toMatchObject({
    state: "known",
    complete: false,
    value: new Set(["rule-disk", "rule-os"]),
    learntAt: NOON - 180_000,
  });
});

test.each([
  ["connected in full", "connected", true, true],
  ["connected for posture alone", "posture only", true, false],
  ["paused", "paused", false, false],
])("a client that is %s", async (_, name, warp, gateway) => {
  expect(await learn("device", name, "checks")).toMatchObject({
    "device.warp": { state: "known", value: warp },
    "device.gateway": { state: "known", value: gateway },
  });
});

test("a mode that nobody has heard of says nothing of Gateway", async () => {
  const facts = await learn("device", "of a new kind", "checks");
  expect(facts["device.gateway"]).toMatchObject({ state: "unknown", why: "missing" });
});

test("a device that does not report is known all the same, but not how it is connected", async () => {
  expect(await learn("device", "silent", "checks")).toMatchObject({
    "device.serial_number": { state: "known" },
    "device.warp": { state: "unknown", why: "missing" },
    "device.gateway": { state: "unknown", why: "missing" },
  });
});

test.each([
  ["a device that Cloudflare does not have", ["no device"]],
  ["a device for which another is answered", ["another device"]],
  ["a device with a check without a time", ["device", "connected", "checks without a time"]],
])("nothing is known of %s", async (_, names) => {
  for (const fact of Object.values(await learn(...names))) expect(fact).toMatchObject({ state: "unknown" });
});

testApiContract(CASE, exchangesOf(recording, "device", "connected", "checks"));
