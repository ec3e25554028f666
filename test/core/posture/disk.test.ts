import { has, hasPart, judges, LOST, NONE } from "./posture-table.ts";

const disks = (entries: Record<string, boolean>) => ({
  "device.disks": has(new Map(Object.entries(entries))),
});
const someDisks = (entries: Record<string, boolean>) => ({
  "device.disks": hasPart(new Map(Object.entries(entries))),
});

judges("All disks must be encrypted", { type: "disk_encryption", disks: [], requireAll: true }, [
  ["all are", disks({ "/": true, "/home": true }), "match"],
  ["one is not", disks({ "/": true, "/boot": false }), "no_match"],
  ["there is no disk at all", disks({}), "no_match"],
  ["the source says there is none", { "device.disks": NONE }, "no_match"],
  ["all that were seen are", someDisks({ "/": true }), "incomplete"],
  ["one of those that were seen is not", someDisks({ "/": false }), "no_match"],
  ["the source did not answer", { "device.disks": LOST }, "timeout"],
]);

judges(
  "A check that names no disk means all of them",
  { type: "disk_encryption", disks: [], requireAll: false },
  [
    ["all are encrypted", disks({ "/": true, "/home": true }), "match"],
    ["one is not", disks({ "/": true, "/boot": false }), "no_match"],
  ],
);

judges(
  "Named disks must be encrypted",
  { type: "disk_encryption", disks: ["/", "/home"], requireAll: false },
  [
    ["they are, whatever the others", disks({ "/": true, "/home": true, "/boot": false }), "match"],
    ["one is not", disks({ "/": true, "/home": false }), "no_match"],
    ["one does not exist", disks({ "/": true }), "no_match"],
    ["one was not seen", someDisks({ "/": true }), "incomplete"],
    ["one was not seen, another is not encrypted", someDisks({ "/": false }), "no_match"],
    ["case makes another disk", disks({ "/": true, "/HOME": true }), "no_match"],
  ],
);

judges("Named disks and all others", { type: "disk_encryption", disks: ["/"], requireAll: true }, [
  ["all are encrypted", disks({ "/": true, "/home": true }), "match"],
  ["another is not", disks({ "/": true, "/home": false }), "no_match"],
  ["the named one is not there", disks({ "/home": true }), "no_match"],
]);

for (const name of ["C", "c:", "C:\\"])
  judges(`A Windows drive named ${name}`, { type: "disk_encryption", disks: [name], requireAll: false }, [
    ["reported as C", disks({ C: true }), "match"],
    ["reported as C:", disks({ "C:": true }), "match"],
    ["reported as c:\\", disks({ "c:\\": true }), "match"],
    ["reported twice, and not encrypted once", disks({ C: true, "C:": false }), "no_match"],
    ["reported as another", disks({ "D:": true }), "no_match"],
  ]);
