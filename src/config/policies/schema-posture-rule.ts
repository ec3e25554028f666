import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Acknowledge, Ignored, optional, Platform, SERVER_SET, strict, Text } from "./schema-parts.ts";
import { POSTURE_INPUTS } from "./schema-posture-input.ts";
import { DurationText } from "./texts.ts";

const KEYS = {
  id: optional(Type.String()),
  uid: optional(Type.String()),
  name: Text,
  description: Ignored,
  schedule: Ignored,
  expiration: optional(DurationText),
  match: optional(Type.Array(strict({ platform: optional(Platform) }))),
  enabled: optional(Type.Boolean()),
  acknowledge: Acknowledge,
  ...SERVER_SET,
} as const;

const checkedBy = <N extends string, I extends TSchema>(type: N, input: I) =>
  strict({ ...KEYS, type: Type.Literal(type), input });

/** Checks that take no input: an export has it missing, empty or null. */
const checkedByItself = <N extends string, I extends TSchema>(type: N, input: I) =>
  strict({ ...KEYS, type: Type.Literal(type), input: optional(input) });

const INPUTS = POSTURE_INPUTS;

export const PostureRuleSchema = Type.Union([
  checkedBy("file", INPUTS.file),
  checkedBy("application", INPUTS.application),
  checkedBy("sentinelone", INPUTS.sentinelone),
  checkedBy("carbonblack", INPUTS.carbonblack),
  checkedByItself("tanium", INPUTS.tanium),
  checkedByItself("gateway", INPUTS.gateway),
  checkedByItself("warp", INPUTS.warp),
  checkedByItself("disk_encryption", INPUTS.disk_encryption),
  checkedBy("serial_number", INPUTS.serial_number),
  checkedBy("unique_client_id", INPUTS.unique_client_id),
  checkedBy("firewall", INPUTS.firewall),
  checkedBy("os_version", INPUTS.os_version),
  checkedBy("domain_joined", INPUTS.domain_joined),
  checkedBy("client_certificate", INPUTS.client_certificate),
  checkedBy("client_certificate_v2", INPUTS.client_certificate_v2),
  checkedByItself("antivirus", INPUTS.antivirus),
  checkedBy("crowdstrike_s2s", INPUTS.crowdstrike_s2s),
  checkedBy("intune", INPUTS.intune),
  checkedBy("workspace_one", INPUTS.workspace_one),
  checkedBy("kolide", INPUTS.kolide),
  checkedBy("tanium_s2s", INPUTS.tanium_s2s),
  checkedBy("sentinelone_s2s", INPUTS.sentinelone_s2s),
  checkedBy("custom_s2s", INPUTS.custom_s2s),
  checkedBy("attribute", INPUTS.attribute),
]);

export type PostureRuleJson = Static<typeof PostureRuleSchema>;
