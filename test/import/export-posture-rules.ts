import type { PostureCheck } from "../../src/core/model.ts";
import { POSTURE_IDS } from "../oracle/pools.ts";

/** Types of posture rules at Cloudflare. */
type CloudflareType = Exclude<PostureCheck["type"], "attribute">;

const executable = { operating_system: "linux", path: "/bin/agent", sha256: "a".repeat(64), thumbprint: "" };
const connected = { connection_id: "connection-1" };

/** An input of each type, with the two lists that some of them ask for. */
const inputsOf = (serials: string, devices: string): { readonly [T in CloudflareType]: object } => ({
  file: { ...executable, exists: false },
  application: executable,
  sentinelone: executable,
  carbonblack: executable,
  tanium: {},
  gateway: {},
  warp: {},
  disk_encryption: { checkDisks: ["C:"], requireAll: false },
  serial_number: { id: serials },
  unique_client_id: { id: devices, operating_system: "ios" },
  firewall: { enabled: false, operating_system: "windows" },
  os_version: { operating_system: "mac", operator: ">=", version: "14.2", os_version_extra: "(a)" },
  domain_joined: { operating_system: "windows", domain: "corp.example.com" },
  client_certificate: { certificate_id: "ca-1", cn: "laptop" },
  client_certificate_v2: {
    certificate_id: "ca-1",
    check_private_key: false,
    operating_system: "linux",
    extended_key_usage: ["clientAuth"],
    locations: { paths: ["/etc/ssl"], trust_stores: ["system"] },
  },
  antivirus: { update_window_days: 7 },
  crowdstrike_s2s: { ...connected, overall: "80", operator: ">=", version: "7.1", versionOperator: ">" },
  intune: { ...connected, compliance_status: "compliant" },
  workspace_one: { ...connected, compliance_status: "compliant" },
  kolide: { ...connected, countOperator: "<", issue_count: "3" },
  tanium_s2s: { ...connected, total_score: 500, scoreOperator: "<", risk_level: "low" },
  sentinelone_s2s: { ...connected, infected: false, is_active: true, active_threats: 0, operator: "==" },
  custom_s2s: { ...connected, operator: ">", score: 60 },
});

/** A posture rule of each type; the first have the ids that drawn facts know. */
export function exportPostureRules(serials: string, devices: string) {
  return Object.entries(inputsOf(serials, devices)).map(([type, input], index) => ({
    id: POSTURE_IDS[index] ?? `p-${type}`,
    name: `Posture: ${type}`,
    type,
    description: "",
    schedule: "5m",
    expiration: index % 3 === 0 ? "30m" : "",
    match: index % 2 === 0 ? [{ platform: "windows" }] : [],
    input,
    created_at: "2026-03-01T10:00:00Z",
  }));
}
