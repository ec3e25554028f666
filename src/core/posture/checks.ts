import type { PostureCheck } from "../model.ts";
import { CLIENT_CERTIFICATE, CLIENT_CERTIFICATE_V2 } from "./certificate.ts";
import type { CheckKind, CheckOf, Lists, PostureType } from "./check-kind.ts";
import { GATEWAY, TANIUM, WARP } from "./client.ts";
import type { CompiledCheck } from "./compiled-check.ts";
import { DISK_ENCRYPTION } from "./disk.ts";
import { FILE, PROCESS } from "./file.ts";
import { SERIAL_NUMBER, UNIQUE_CLIENT_ID } from "./identifier.ts";
import { OS_VERSION } from "./os-version.ts";
import { OWN_ATTRIBUTE } from "./own-attribute.ts";
import { PROVIDER } from "./provider.ts";
import { ANTIVIRUS, DOMAIN_JOINED, FIREWALL } from "./system.ts";

/** Every type of check, by the name its JSON has. */
const CHECKS: { readonly [T in PostureType]: CheckKind<T> } = {
  antivirus: ANTIVIRUS,
  application: PROCESS,
  attribute: OWN_ATTRIBUTE,
  carbonblack: PROCESS,
  client_certificate: CLIENT_CERTIFICATE,
  client_certificate_v2: CLIENT_CERTIFICATE_V2,
  crowdstrike_s2s: PROVIDER,
  custom_s2s: PROVIDER,
  disk_encryption: DISK_ENCRYPTION,
  domain_joined: DOMAIN_JOINED,
  file: FILE,
  firewall: FIREWALL,
  gateway: GATEWAY,
  intune: PROVIDER,
  kolide: PROVIDER,
  os_version: OS_VERSION,
  sentinelone: PROCESS,
  sentinelone_s2s: PROVIDER,
  serial_number: SERIAL_NUMBER,
  tanium: TANIUM,
  tanium_s2s: PROVIDER,
  unique_client_id: UNIQUE_CLIENT_ID,
  warp: WARP,
  workspace_one: PROVIDER,
};

/** What our own facts say to a check. */
export function compileCheck(check: PostureCheck, lists: Lists): CompiledCheck {
  return compileAs(check.type, check, lists);
}

function compileAs<T extends PostureType>(type: T, check: CheckOf<T>, lists: Lists): CompiledCheck {
  return CHECKS[type].compile(check, lists);
}

/** What a check asks for, in a few words. */
export function describeCheck(check: PostureCheck): string {
  return describeAs(check.type, check);
}

function describeAs<T extends PostureType>(type: T, check: CheckOf<T>): string {
  return CHECKS[type].describe(check);
}
