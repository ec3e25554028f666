import { join } from "node:path";
import intune from "../../../plugins/intune/index.ts";
import { testApiContract } from "../api-contract.ts";
import { deviceCase, testNoRecords, testRecords } from "../device-case.ts";
import { testPoll, testPollFaults } from "../poll-case.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));

const DEVICE = deviceCase(intune, (url) => ({
  tenant: "acme",
  client_id: "c",
  client_secret: "s",
  login_url: url,
  graph_url: url,
}));

testApiContract(DEVICE, exchangesOf(recording, "token", "compliant"));

testRecords(DEVICE, recording, [
  ["a compliant device", ["token", "compliant"], { compliance_status: "compliant" }],
  [
    "a device with some days left, spelled as rules do",
    ["token", "in grace"],
    { compliance_status: "ingraceperiod" },
  ],
]);

testNoRecords(DEVICE, recording, [
  ["a device that Intune does not manage has no record", ["token", "no device"], "absent"],
  ["two devices with one serial number are not told apart", ["token", "two devices"], "unknown"],
  ["a device whose serial number only begins alike is another", ["token", "another device"], "absent"],
]);

testPoll(DEVICE, "asks for all devices at once, page by page", exchangesOf(recording, "token", "many"), [
  { compliance_status: "compliant" },
  { compliance_status: "noncompliant" },
  null,
]);
testPollFaults(DEVICE, exchangesOf(recording, "token", "many"));
