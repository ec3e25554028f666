import { join } from "node:path";
import sentinelone from "../../../plugins/sentinelone/index.ts";
import { testApiContract } from "../api-contract.ts";
import { deviceCase, testNoRecords, testRecords } from "../device-case.ts";
import { testPoll, testPollFaults } from "../poll-case.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));

const DEVICE = deviceCase(sentinelone, (url) => ({ url, token: "t" }));

testApiContract(DEVICE, exchangesOf(recording, "agent"));

testRecords(DEVICE, recording, [
  [
    "the one device with the whole serial number, on a later page",
    ["agent"],
    { active_threats: 2, infected: false, is_active: true, network_status: "connected" },
  ],
]);

testNoRecords(DEVICE, recording, [
  ["a device without an agent has no record", ["no agent"], "absent"],
  ["two agents with one serial number are not told apart", ["two agents"], "unknown"],
]);

testPoll(DEVICE, "asks for all agents at once, page by page", exchangesOf(recording, "many"), [
  {
    active_threats: 2,
    infected: false,
    is_active: true,
    network_status: "connected",
    operational_state: "na",
  },
  {
    active_threats: 0,
    infected: false,
    is_active: false,
    network_status: "connected",
    operational_state: "na",
  },
  null,
]);
testPoll(
  DEVICE,
  "does not tell two agents with one serial number apart",
  exchangesOf(recording, "many, of which two are one"),
  [
    undefined,
    {
      active_threats: 0,
      infected: false,
      is_active: true,
      network_status: "connected",
      operational_state: "na",
    },
    null,
  ],
);
testPollFaults(DEVICE, exchangesOf(recording, "many"));
