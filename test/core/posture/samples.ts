import type { Facts } from "../../../src/core/fact.ts";
import type { PostureCheck, ProviderCondition } from "../../../src/core/model.ts";
import { has, NOW } from "./posture-table.ts";

/** A check, the name it has in a trace, and facts of a device that passes and of one that fails. */
export interface Sample {
  readonly check: PostureCheck;
  readonly label: string;
  readonly passing: Facts;
  readonly failing: Facts;
}

const os = (version: string) => ({
  "device.os": has({ version, distroName: "ubuntu", distroRevision: "22.04", versionExtra: "" }),
});
const file = (exists: boolean) => ({
  "device.files": has(new Map([["/bin/agent", { exists, running: exists, sha256: "ab", thumbprint: null }]])),
});
const process = { platform: "linux", path: "/bin/agent", sha256: "ab", thumbprint: null } as const;
const certificate = (commonName: string) => ({
  "device.serial_number": has("S1"),
  "device.certificates": has([
    {
      certificateId: "ca-1",
      commonName,
      hasPrivateKey: true,
      extendedKeyUsage: null,
      subjectAlternativeNames: null,
      locations: null,
    },
  ]),
});

/** One per type of check: a type without a sample does not compile. */
export const SAMPLES: { readonly [T in PostureCheck["type"]]: Sample } = {
  file: {
    check: { type: "file", exists: true, ...process },
    label: "file /bin/agent exists (linux)",
    passing: file(true),
    failing: file(false),
  },
  application: processSample("application"),
  sentinelone: processSample("sentinelone"),
  carbonblack: processSample("carbonblack"),
  tanium: {
    check: { type: "tanium" },
    label: "Tanium healthy",
    passing: { "device.asserted_posture:rule-1": has({ success: true }) },
    failing: { "device.asserted_posture:rule-1": has({ success: false }) },
  },
  gateway: {
    check: { type: "gateway" },
    label: "Gateway on",
    passing: { "device.gateway": has(true) },
    failing: { "device.gateway": has(false) },
  },
  warp: {
    check: { type: "warp" },
    label: "WARP on",
    passing: { "device.warp": has(true) },
    failing: { "device.warp": has(false) },
  },
  disk_encryption: {
    check: { type: "disk_encryption", disks: ["/"], requireAll: false },
    label: "disk encryption on /",
    passing: { "device.disks": has(new Map([["/", true]])) },
    failing: { "device.disks": has(new Map([["/", false]])) },
  },
  serial_number: {
    check: { type: "serial_number", list: "laptops" },
    label: "serial number is in list laptops",
    passing: { "device.serial_number": has("C02XK0AAJG5H") },
    failing: { "device.serial_number": has("other") },
  },
  unique_client_id: {
    check: { type: "unique_client_id", list: "phones", platform: "ios" },
    label: "unique client id is in list phones (ios)",
    passing: { "device.unique_client_id": has("123e4567e89b12d3a456426614174000") },
    failing: { "device.unique_client_id": has("other") },
  },
  firewall: {
    check: { type: "firewall", enabled: true, platform: "mac" },
    label: "firewall on (mac)",
    passing: { "device.firewall": has(true) },
    failing: { "device.firewall": has(false) },
  },
  os_version: {
    check: {
      type: "os_version",
      platform: "linux",
      operator: ">=",
      version: "5.15.0",
      distroName: "ubuntu",
      distroRevision: "22.04",
      versionExtra: null,
    },
    label: "OS version ≥ 5.15.0, ubuntu 22.04 (linux)",
    passing: os("5.15.1"),
    failing: os("5.14.9"),
  },
  domain_joined: {
    check: { type: "domain_joined", platform: "windows", domain: "example.com" },
    label: "joined domain example.com (windows)",
    passing: { "device.domain": has("example.com") },
    failing: { "device.domain": has("example.org") },
  },
  client_certificate: {
    check: { type: "client_certificate", certificateId: "ca-1", commonName: "laptop" },
    label: "client certificate laptop",
    passing: certificate("laptop"),
    failing: certificate("other"),
  },
  client_certificate_v2: {
    check: {
      type: "client_certificate_v2",
      platform: "mac",
      certificateId: "ca-1",
      checkPrivateKey: true,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable as rules write it
      commonName: "${serial_number}",
      extendedKeyUsage: [],
      locations: [],
      subjectAlternativeNames: [],
    },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable as rules write it
    label: "client certificate ${serial_number} with its private key (mac)",
    passing: certificate("s1"),
    failing: certificate("s2"),
  },
  antivirus: {
    check: { type: "antivirus", updateWindowDays: 1 },
    label: "antivirus updated within 1 d",
    passing: { "device.antivirus_updated_at": has(NOW) },
    failing: { "device.antivirus_updated_at": has(0) },
  },
  crowdstrike_s2s: providerSample(
    "crowdstrike_s2s",
    { field: "version", kind: "version", operator: ">=", value: "2.1" },
    ["2.1.0", "2.0.9"],
    "crowdstrike_s2s version ≥ 2.1",
  ),
  intune: providerSample(
    "intune",
    { field: "compliance_status", kind: "one_of", values: ["compliant", "ingraceperiod"] },
    ["compliant", "noncompliant"],
    "intune compliance_status is compliant or ingraceperiod",
  ),
  workspace_one: providerSample(
    "workspace_one",
    { field: "compliance_status", kind: "one_of", values: ["compliant"] },
    ["compliant", "unknown"],
    "workspace_one compliance_status is compliant",
  ),
  kolide: providerSample(
    "kolide",
    { field: "auth_state", kind: "one_of", values: ["Good", "Notified"] },
    ["Good", "Blocked"],
    "kolide auth_state is Good or Notified",
  ),
  tanium_s2s: providerSample(
    "tanium_s2s",
    { field: "eid_last_seen", kind: "age", operator: "<=", seconds: 3_600 },
    [new Date(NOW).toISOString(), "2020-01-01T00:00:00Z"],
    "tanium_s2s eid_last_seen ≤ 3600 s ago",
  ),
  sentinelone_s2s: providerSample(
    "sentinelone_s2s",
    { field: "infected", kind: "boolean", value: false },
    [false, true],
    "sentinelone_s2s infected is false",
  ),
  custom_s2s: providerSample(
    "custom_s2s",
    { field: "score", kind: "number", operator: ">", value: 60 },
    [80, 10],
    "custom_s2s score > 60",
  ),
  attribute: {
    check: { type: "attribute", attribute: "clearances", operator: "contains", value: "secret" },
    label: "own.clearances contains secret",
    passing: { "own.clearances": has(new Set(["secret"])) },
    failing: { "own.clearances": has(new Set(["public"])) },
  },
};

function processSample(type: "application" | "sentinelone" | "carbonblack"): Sample {
  return {
    check: { type, ...process },
    label: "/bin/agent is running (linux)",
    passing: file(true),
    failing: file(false),
  };
}

function providerSample(
  type: Extract<PostureCheck, { connection: string }>["type"],
  condition: ProviderCondition,
  [good, bad]: readonly [string | number | boolean, string | number | boolean],
  label: string,
): Sample {
  const says = (value: string | number | boolean) => ({
    "device.provider:edr": has(new Map([[condition.field, value]])),
  });
  const check = { type, connection: "edr", conditions: [condition] };
  return { check, label, passing: says(good), failing: says(bad) };
}
