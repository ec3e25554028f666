import { type TProperties, Type } from "@sinclair/typebox";
import { Operator, oneOf, optional, strict, Text } from "./schema-parts.ts";
import { DurationText, OwnAttributeText, Sha256Text, ThumbprintText, VersionText } from "./texts.ts";

const connected = <P extends TProperties>(properties: P) => strict({ connection_id: Text, ...properties });

const HASHES = { sha256: optional(Sha256Text), thumbprint: optional(ThumbprintText) } as const;
const Age = optional(DurationText);
/** Scores are numbers; exports have some of them as text. */
const Score = Type.Union([Type.Number(), Type.String({ pattern: "^[0-9]+$" })], { title: "a number" });

const Executable = strict({
  operating_system: oneOf(["windows", "linux", "mac"]),
  path: Text,
  ...HASHES,
});

const NoInput = strict({});

/** The input of a posture rule, by its type, in the key style of Cloudflare's API. */
export const POSTURE_INPUTS = {
  file: strict({
    operating_system: oneOf(["windows", "linux", "mac"]),
    path: Text,
    exists: optional(Type.Boolean()),
    ...HASHES,
  }),
  application: Executable,
  sentinelone: Executable,
  carbonblack: Executable,
  tanium: NoInput,
  gateway: NoInput,
  warp: NoInput,
  disk_encryption: strict({
    checkDisks: optional(Type.Array(Text)),
    requireAll: optional(Type.Boolean()),
  }),
  serial_number: strict({ id: Text }),
  unique_client_id: strict({ id: Text, operating_system: oneOf(["android", "ios", "chromeos"]) }),
  firewall: strict({ enabled: Type.Boolean(), operating_system: oneOf(["windows", "mac"]) }),
  os_version: strict({
    operating_system: oneOf(["windows", "mac", "linux", "android", "ios", "chromeos"]),
    operator: Operator,
    version: VersionText,
    os_distro_name: optional(Type.String()),
    os_distro_revision: optional(Type.String()),
    os_version_extra: optional(Type.String()),
  }),
  domain_joined: strict({ operating_system: oneOf(["windows"]), domain: optional(Type.String()) }),
  client_certificate: strict({ certificate_id: Text, cn: Text }),
  client_certificate_v2: strict({
    certificate_id: Text,
    check_private_key: Type.Boolean(),
    operating_system: oneOf(["windows", "mac", "linux"]),
    cn: optional(Type.String()),
    extended_key_usage: optional(Type.Array(oneOf(["clientAuth", "emailProtection"]))),
    locations: optional(
      strict({
        paths: optional(Type.Array(Text)),
        trust_stores: optional(Type.Array(oneOf(["system", "user"]))),
      }),
    ),
    subject_alternative_names: optional(Type.Array(Text)),
  }),
  antivirus: strict({ update_window_days: optional(Type.Number({ exclusiveMinimum: 0 })) }),
  crowdstrike_s2s: connected({
    operator: optional(Operator),
    os: optional(Score),
    overall: optional(Score),
    sensor_config: optional(Score),
    version: optional(VersionText),
    versionOperator: optional(Operator),
    state: optional(oneOf(["online", "offline", "unknown"])),
    last_seen: Age,
  }),
  intune: connected({
    compliance_status: oneOf([
      "compliant",
      "noncompliant",
      "unknown",
      "notapplicable",
      "ingraceperiod",
      "error",
    ]),
  }),
  workspace_one: connected({ compliance_status: oneOf(["compliant", "noncompliant", "unknown"]) }),
  kolide: connected({
    auth_state: optional(Type.Array(oneOf(["Good", "Notified", "Will Block", "Blocked"]))),
    countOperator: optional(Operator),
    issue_count: optional(Score),
  }),
  tanium_s2s: connected({
    total_score: optional(Score),
    scoreOperator: optional(Operator),
    risk_level: optional(oneOf(["low", "medium", "high", "critical"])),
    eid_last_seen: Age,
    operator: optional(Operator),
  }),
  sentinelone_s2s: connected({
    active_threats: optional(Score),
    operator: optional(Operator),
    infected: optional(Type.Boolean()),
    is_active: optional(Type.Boolean()),
    network_status: optional(oneOf(["connected", "disconnected", "disconnecting", "connecting"])),
    operational_state: optional(
      oneOf([
        "na",
        "partially_disabled",
        "auto_fully_disabled",
        "fully_disabled",
        "auto_partially_disabled",
        "disabled_error",
        "db_corruption",
      ]),
    ),
  }),
  custom_s2s: connected({ operator: Operator, score: Type.Number({ minimum: 0, maximum: 100 }) }),
  /** Postern's own: an attribute that a plugin declares. */
  attribute: Type.Union([
    strict({
      attribute: OwnAttributeText,
      operator: oneOf(["<", "<=", ">=", ">"]),
      value: Type.Number(),
    }),
    strict({
      attribute: OwnAttributeText,
      operator: oneOf(["==", "!="]),
      value: Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
    }),
    strict({
      attribute: OwnAttributeText,
      operator: oneOf(["in"]),
      value: Type.Array(Type.String(), { minItems: 1 }),
    }),
    strict({ attribute: OwnAttributeText, operator: oneOf(["contains"]), value: Text }),
  ]),
} as const;
