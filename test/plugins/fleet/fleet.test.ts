import { expect, test } from "bun:test";
import { join } from "node:path";
import fleet from "../../../plugins/fleet/index.ts";
import { type ApiCase, ask, testApiContract } from "../api-contract.ts";
import { SERIAL } from "../device-case.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));

const CASE: ApiCase = {
  plugin: fleet,
  config: (url) => ({ url, token: "t" }),
  subject: { "device.serial_number": SERIAL },
  wanted: [
    "own.fleet.status",
    "own.fleet.failing_policies",
    "own.fleet.critical_vulnerabilities",
    "own.fleet.disk_encrypted",
    "own.fleet.mdm_enrollment",
  ],
};

testApiContract(CASE, exchangesOf(recording, "host", "details"));

test("what Fleet says of the host with the whole serial number", async () => {
  const { facts } = await ask(CASE, exchangesOf(recording, "host", "details"));
  expect(facts).toMatchObject({
    "own.fleet.status": { state: "known", value: "online" },
    "own.fleet.failing_policies": { state: "known", value: 1 },
    "own.fleet.critical_vulnerabilities": { state: "known", value: 0 },
    "own.fleet.disk_encrypted": { state: "known", value: true },
    "own.fleet.mdm_enrollment": { state: "known", value: "On (automatic)" },
  });
});

test("what Fleet does not say of a host is unknown, and never no", async () => {
  const { facts } = await ask(CASE, exchangesOf(recording, "host", "details of less"));
  expect(facts["own.fleet.status"]).toMatchObject({ state: "known" });
  expect(facts["own.fleet.disk_encrypted"]).toMatchObject({ state: "unknown", why: "missing" });
  expect(facts["own.fleet.failing_policies"]).toMatchObject({ state: "unknown", why: "missing" });
});

test.each([
  ["a host that Fleet does not have", "no host"],
  ["two hosts with one serial number", "two hosts"],
  ["a host among more than were read", "many hosts"],
])("nothing is known of %s", async (_, name) => {
  const { facts } = await ask(CASE, exchangesOf(recording, name));
  for (const attribute of CASE.wanted) expect(facts[attribute]).toMatchObject({ state: "unknown" });
});
