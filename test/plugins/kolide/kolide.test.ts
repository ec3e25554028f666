import { join } from "node:path";
import kolide from "../../../plugins/kolide/index.ts";
import { testApiContract } from "../api-contract.ts";
import { deviceCase, testNoRecords, testRecords } from "../device-case.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));

const DEVICE = deviceCase(kolide, (url) => ({ url, token: "k2sk_v1_t" }));

testApiContract(DEVICE, exchangesOf(recording, "device"));

testRecords(DEVICE, recording, [["a device", ["device"], { auth_state: "Will Block" }]]);

testNoRecords(DEVICE, recording, [
  ["a device without an agent has no record", ["no device"], "absent"],
  ["two devices with one serial number are not told apart", ["two devices"], "unknown"],
  ["pages that never end are not read for ever, and say nothing", ["endless"], "unknown"],
]);
