import type { DeviceFile } from "../../../src/core/attribute.ts";
import { has, hasPart, judges, LOST, NONE } from "./posture-table.ts";

const SHA256 = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";
const THUMBPRINT = "0aabab210bdb998e9cf45da2c9ce352977ab531c";
const PATH = "/usr/local/bin/agent";

const PLAIN: DeviceFile = { exists: true, running: false, sha256: null, thumbprint: null };
const GONE: DeviceFile = { ...PLAIN, exists: false };
const RUNNING: DeviceFile = { ...PLAIN, running: true };

const file = (path: string, changes: Partial<DeviceFile> = {}) => ({
  "device.files": has(new Map([[path, { ...PLAIN, ...changes }]])),
});
const noFiles = new Map<string, DeviceFile>();

const exists = {
  type: "file",
  platform: "linux",
  path: PATH,
  exists: true,
  sha256: null,
  thumbprint: null,
} as const;

judges("A file must exist", exists, [
  ["it is there", file(PATH), "match"],
  ["the source looked for it in vain", file(PATH, GONE), "no_match"],
  ["the source, which saw all, did not list it", { "device.files": has(noFiles) }, "no_match"],
  ["the device has no files", { "device.files": NONE }, "no_match"],
  ["the part that was seen has it", { "device.files": hasPart(new Map([[PATH, PLAIN]])) }, "match"],
  ["the part that was seen lacks it", { "device.files": hasPart(noFiles) }, "incomplete"],
  ["only case tells the paths apart, on Linux", file(PATH.toUpperCase()), "no_match"],
  ["the source did not answer", { "device.files": LOST }, "timeout"],
  ["there is no source", {}, "not_provided"],
]);

judges("A file must not exist", { ...exists, exists: false }, [
  ["the source looked for it in vain", file(PATH, GONE), "match"],
  ["it is there", file(PATH), "no_match"],
  ["the source does not tell of it", { "device.files": has(noFiles) }, "missing"],
  ["the part that was seen lacks it", { "device.files": hasPart(noFiles) }, "incomplete"],
  ["the source tells of no file", { "device.files": NONE }, "missing"],
]);

judges("A file must have a hash and a signature", { ...exists, sha256: SHA256, thumbprint: THUMBPRINT }, [
  ["both are right", file(PATH, { sha256: SHA256, thumbprint: THUMBPRINT }), "match"],
  [
    "both are right in capitals",
    file(PATH, { sha256: SHA256.toUpperCase(), thumbprint: THUMBPRINT }),
    "match",
  ],
  ["the hash is another", file(PATH, { sha256: "00", thumbprint: THUMBPRINT }), "no_match"],
  ["the signature is another", file(PATH, { sha256: SHA256, thumbprint: "00" }), "no_match"],
  ["the hash was not taken", file(PATH, { sha256: null, thumbprint: THUMBPRINT }), "missing"],
  ["the signature was not read", file(PATH, { sha256: SHA256, thumbprint: null }), "missing"],
  ["one is unknown, the other wrong", file(PATH, { sha256: null, thumbprint: "00" }), "no_match"],
  ["there is no file that could have them", file(PATH, GONE), "no_match"],
]);

judges("A path on Windows", { ...exists, platform: "windows", path: "C:\\Program Files\\Agent.exe" }, [
  ["written the same", file("C:\\Program Files\\Agent.exe"), "match"],
  ["written in another case", file("c:\\program files\\AGENT.EXE"), "match"],
  ["of another file", file("c:\\program files\\other.exe"), "no_match"],
]);

judges("A path with a variable", { ...exists, platform: "windows", path: "%PROGRAMFILES%\\agent.exe" }, [
  ["which the source reports under that name", file("%PROGRAMFILES%\\agent.exe"), "match"],
  ["which only the device could resolve", file("C:\\Program Files\\agent.exe"), "missing"],
]);

for (const type of ["application", "sentinelone", "carbonblack"] as const) {
  const process = { type, platform: "linux", path: PATH, sha256: null, thumbprint: THUMBPRINT } as const;
  judges(`A process must run (${type})`, process, [
    ["it runs, signed as it should be", file(PATH, { ...RUNNING, thumbprint: THUMBPRINT }), "match"],
    ["it runs, signed by another", file(PATH, { ...RUNNING, thumbprint: "00" }), "no_match"],
    ["it runs, and nobody read its signature", file(PATH, RUNNING), "missing"],
    ["it is installed and does not run", file(PATH, { thumbprint: THUMBPRINT }), "no_match"],
    ["it is installed, and nobody saw whether it runs", file(PATH, { running: null }), "missing"],
    ["it is not among all processes", { "device.files": has(noFiles) }, "no_match"],
    ["it is not among those that were seen", { "device.files": hasPart(noFiles) }, "incomplete"],
    ["the device has no processes", { "device.files": NONE }, "no_match"],
    ["the source did not answer", { "device.files": LOST }, "timeout"],
  ]);
}
