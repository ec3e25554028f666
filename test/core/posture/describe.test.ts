import { expect, test } from "bun:test";
import type { PostureCheck, PostureRule } from "../../../src/core/model.ts";
import { describePosture } from "../../../src/core/posture/describe.ts";
import { ruleOf } from "./posture-table.ts";

const OS = { type: "os_version", distroName: null, distroRevision: null, versionExtra: null } as const;
const CERTIFICATE = {
  type: "client_certificate_v2",
  platform: "mac",
  certificateId: "ca-1",
  checkPrivateKey: false,
  commonName: null,
  extendedKeyUsage: [],
  locations: [],
  subjectAlternativeNames: [],
} as const;
const FILE = { type: "file", platform: "mac", path: "/etc/x", sha256: null, thumbprint: null } as const;

const table: readonly (readonly [label: string, check: PostureCheck, changes?: Partial<PostureRule>])[] = [
  ["OS version ≥ 14.2 (mac)", { ...OS, platform: "mac", operator: ">=", version: "14.2" }],
  [
    "OS version < 13.4.1 (a) (ios)",
    { ...OS, platform: "ios", operator: "<", version: "13.4.1", versionExtra: "(a)" },
  ],
  ["all disks encrypted", { type: "disk_encryption", disks: [], requireAll: false }],
  ["all disks encrypted", { type: "disk_encryption", disks: ["C"], requireAll: true }],
  ["disk encryption on C, D", { type: "disk_encryption", disks: ["C", "D"], requireAll: false }],
  ["firewall off (windows)", { type: "firewall", enabled: false, platform: "windows" }],
  ["file /etc/x does not exist (mac)", { ...FILE, exists: false }],
  ["joined a domain (windows)", { type: "domain_joined", platform: "windows", domain: null }],
  ["antivirus on", { type: "antivirus", updateWindowDays: null }],
  ["client certificate (mac)", CERTIFICATE],
  ["own.score ≥ 50", { type: "attribute", attribute: "score", operator: ">=", value: 50 }],
  ["own.tier ≠ tin", { type: "attribute", attribute: "tier", operator: "!=", value: "tin" }],
  [
    "own.tier is one of gold, silver",
    { type: "attribute", attribute: "tier", operator: "in", value: ["gold", "silver"] },
  ],
  ["WARP on (mac, linux)", { type: "warp" }, { platforms: ["mac", "linux"] }],
  [
    "firewall on (no platform)",
    { type: "firewall", enabled: true, platform: "mac" },
    { platforms: ["windows"] },
  ],
];

for (const [label, check, changes] of table)
  test(label, () => expect(describePosture(ruleOf(check, changes))).toBe(label));
