import { join } from "node:path";
import crowdstrike from "../../../plugins/crowdstrike/index.ts";
import { testApiContract } from "../api-contract.ts";
import { deviceCase, testNoRecords, testRecords } from "../device-case.ts";
import { testPoll, testPollFaults } from "../poll-case.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));

const DEVICE = deviceCase(crowdstrike, (url) => ({ url, client_id: "c", client_secret: "s" }));

testApiContract(DEVICE, exchangesOf(recording, "token", "device", "assessment"));

testRecords(DEVICE, recording, [
  [
    "a device with scores",
    ["token", "device", "assessment"],
    {
      overall: 72,
      os: 88,
      sensor_config: 65,
      version: "3.4.0",
      state: "online",
      last_seen: "2026-11-21T11:58:02Z",
    },
  ],
  [
    "a device that was never assessed, without scores",
    ["token", "device", "never assessed"],
    { state: "online", last_seen: "2026-11-21T11:58:02Z" },
  ],
]);

testNoRecords(DEVICE, recording, [
  ["a device without a sensor has no record", ["token", "no device"], "absent"],
  ["two sensors with one serial number are not told apart", ["token", "two devices"], "unknown"],
  ["nor are they on two pages", ["token", "two devices on two pages"], "unknown"],
  ["an empty answer with an error says nothing", ["token", "with an error"], "unknown"],
]);

const HOSTS = [
  {
    overall: 72,
    os: 88,
    sensor_config: 65,
    version: "3.4.0",
    state: "online",
    last_seen: "2026-11-21T11:58:02Z",
  },
  { state: "offline", last_seen: "2026-11-20T08:00:00Z" },
] as const;

testPoll(
  DEVICE,
  "asks for all hosts, states and assessments at once, and for what is missing alone",
  exchangesOf(recording, "token", "many", "many assessed"),
  [...HOSTS, null],
);
testPoll(
  DEVICE,
  "asks for each assessment where not all can be had",
  exchangesOf(recording, "token", "many", "many, of which one was never assessed"),
  [...HOSTS, null],
);
testPollFaults(DEVICE, exchangesOf(recording, "token", "many", "many assessed"));
