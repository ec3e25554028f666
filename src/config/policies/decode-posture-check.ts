import type { PostureCheck } from "../../core/model.ts";
import { readText } from "../text-schema.ts";
import type { Cursor } from "./cursor.ts";
import { decodeProviderCheck } from "./decode-provider-check.ts";
import { findList, type References } from "./references.ts";
import { given } from "./schema-parts.ts";
import type { PostureRuleJson } from "./schema-posture-rule.ts";
import { OwnAttributeText, readOptional, Sha256Text, ThumbprintText } from "./texts.ts";

/** Decodes the input of a posture rule, which stands at `at`, by the rule's type. */
export function decodePostureCheck(rule: PostureRuleJson, at: Cursor, to: References): PostureCheck | null {
  switch (rule.type) {
    case "file": {
      const exists = given(rule.input.exists) ?? true;
      return { type: rule.type, exists, ...decodeExecutable(rule.input) };
    }
    case "application":
    case "sentinelone":
    case "carbonblack":
      return { type: rule.type, ...decodeExecutable(rule.input) };
    case "tanium":
    case "gateway":
    case "warp":
      return { type: rule.type };
    case "disk_encryption": {
      const input = given(rule.input);
      return {
        type: rule.type,
        disks: given(input?.checkDisks) ?? [],
        requireAll: given(input?.requireAll) ?? false,
      };
    }
    case "serial_number": {
      const list = findList(rule.input.id, ["SERIAL"], at.at("id"), to);
      return list && { type: rule.type, list: list.id };
    }
    case "unique_client_id": {
      const list = findList(rule.input.id, ["DEVICE", "SERIAL"], at.at("id"), to);
      return list && { type: rule.type, list: list.id, platform: rule.input.operating_system };
    }
    case "firewall":
      return { type: rule.type, enabled: rule.input.enabled, platform: rule.input.operating_system };
    case "os_version":
      return {
        type: rule.type,
        platform: rule.input.operating_system,
        operator: rule.input.operator,
        version: rule.input.version,
        distroName: given(rule.input.os_distro_name),
        distroRevision: given(rule.input.os_distro_revision),
        versionExtra: given(rule.input.os_version_extra),
      };
    case "domain_joined":
      return { type: rule.type, platform: rule.input.operating_system, domain: given(rule.input.domain) };
    case "client_certificate":
      return { type: rule.type, certificateId: rule.input.certificate_id, commonName: rule.input.cn };
    case "client_certificate_v2": {
      const { input } = rule;
      const locations = given(input.locations);
      return {
        type: rule.type,
        platform: input.operating_system,
        certificateId: input.certificate_id,
        checkPrivateKey: input.check_private_key,
        commonName: given(input.cn),
        extendedKeyUsage: given(input.extended_key_usage) ?? [],
        locations: [...(given(locations?.paths) ?? []), ...(given(locations?.trust_stores) ?? [])],
        subjectAlternativeNames: given(input.subject_alternative_names) ?? [],
      };
    }
    case "antivirus":
      return { type: rule.type, updateWindowDays: given(given(rule.input)?.update_window_days) };
    case "attribute":
      return { type: rule.type, ...rule.input, attribute: readText(OwnAttributeText, rule.input.attribute) };
    default:
      return decodeProviderCheck(rule, at);
  }
}

interface ExecutableJson {
  readonly operating_system: "windows" | "linux" | "mac";
  readonly path: string;
  readonly sha256?: string | null;
  readonly thumbprint?: string | null;
}

function decodeExecutable({ operating_system, path, sha256, thumbprint }: ExecutableJson) {
  return {
    platform: operating_system,
    path,
    sha256: readOptional(Sha256Text, sha256),
    thumbprint: readOptional(ThumbprintText, thumbprint),
  };
}
