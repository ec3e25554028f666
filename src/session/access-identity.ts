import {
  type AssertedPosture,
  type ClientCertificate,
  type Groups,
  keyedFact,
  type MultiValues,
} from "../core/attribute.ts";
import { readCountry } from "../core/country.ts";
import { parseEmail } from "../core/email.ts";
import {
  absent,
  type Fact,
  type Facts,
  type FactsDraft,
  known,
  type Provenance,
  unknown,
} from "../core/fact.ts";
import { parseIp } from "../core/ip-address.ts";
import type { UnknownReason } from "../core/reason.ts";
import { readGroups } from "./access-groups.ts";
import { isUnverified } from "./email-verification.ts";
import { asRecord, isMissing, readText, readTexts } from "./json-value.ts";

/** The `identity` object of a verified Access token: open, so every field is checked as it is read. */
export type AccessIdentity = Readonly<Record<string, unknown>>;

/** Source of everything that Access asserts. */
export const ACCESS = "access";

/**
 * What Access asserts of one request: the person, the device, the network, the credentials.
 * Nothing is taken from elsewhere in the token. `learntAt` is milliseconds since the epoch.
 */
export function factsOfIdentity(identity: AccessIdentity, learntAt: number): Facts {
  const from: Provenance = { source: ACCESS, learntAt, expiresAt: Number.POSITIVE_INFINITY };
  const { service_token_status: status } = identity;
  // Beside anything that may be a service token no person counts.
  const mayBePerson = status === false || isMissing(status);
  return {
    ...(mayBePerson ? personFacts(identity, from) : NOBODY),
    "credential.service_token": readServiceToken(identity, from),
    "credential.certificate": readCertificate(identity, from),
    "network.ip": read(identity.ip, from, (value) => (typeof value === "string" ? parseIp(value) : null)),
    "network.country": read(asRecord(identity.geo)?.country, from, readCountry),
    ...deviceFacts(identity, from),
  };
}

const NO_PERSON = unknown("no_person", ACCESS);

/** Facts of a request that nobody logged in for: all of the person is unknown. */
export const NOBODY: Facts = {
  "identity.subject": NO_PERSON,
  "identity.email": NO_PERSON,
  "identity.login_method": NO_PERSON,
  "identity.login_method_type": NO_PERSON,
  "identity.authentication_methods": NO_PERSON,
  "identity.authentication_contexts": NO_PERSON,
  "identity.groups": NO_PERSON,
  "identity.saml_attributes": NO_PERSON,
  "identity.oidc_claims": NO_PERSON,
  "identity.account_memberships": NO_PERSON,
  "identity.risk_score": NO_PERSON,
};

function personFacts(identity: AccessIdentity, from: Provenance): Facts {
  const idp = asRecord(identity.idp);
  const idpType = typeof idp?.type === "string" ? idp.type : "";
  const email = isUnverified(identity)
    ? unknown("unverified", ACCESS)
    : read(identity.email, from, parseEmail);
  const subject = readSubject(identity, email, from);
  // What is said of a person whom nothing names is said of nobody.
  if (subject.state !== "known") return NOBODY;
  const claims = readClaims(identity.oidc_fields, from);
  return {
    "identity.subject": subject,
    "identity.email": email,
    "identity.login_method": read(idp?.id, from, readText),
    "identity.login_method_type": read(idp?.type, from, readText),
    "identity.authentication_methods": read(identity.amr, from, readTexts),
    "identity.authentication_contexts": read(identity.acrs, from, readTexts),
    "identity.groups": read(identity.groups, from, (value): Groups | null => readGroups(value, idpType)),
    "identity.saml_attributes": readClaims(identity.saml_attributes, from),
    "identity.oidc_claims": claims,
  };
}

/** The person: Access's own id for them, or their address where the token names no id. */
function readSubject(
  identity: AccessIdentity,
  email: Fact<{ address: string }>,
  from: Provenance,
): Fact<string> {
  const id = readText(identity.user_uuid);
  if (id !== null) return known(id, from);
  if (isMissing(identity.user_uuid) && email.state === "known")
    return known(`email:${email.value.address}`, from);
  return NO_PERSON;
}

/** Access verified a service token only where it says so and names the client. */
function readServiceToken(identity: AccessIdentity, from: Provenance): Fact<string> {
  if (identity.service_token_status === false) return absent(from);
  if (identity.service_token_status !== true) return unknown(whyNot(identity.service_token_status), ACCESS);
  const clientId = readText(identity.service_token_id);
  return clientId === null ? unknown("malformed", ACCESS) : known(clientId, from);
}

/** NONE is no certificate, SUCCESS is one; anything else, and answers that contradict each other, is not known. */
function readCertificate(identity: AccessIdentity, from: Provenance): Fact<ClientCertificate> {
  const mtls = asRecord(identity.mtls_auth);
  if (mtls === null && !isMissing(identity.mtls_auth)) return unknown("malformed", ACCESS);
  const statuses = [mtls?.auth_status, identity.auth_status].filter((status) => !isMissing(status));
  const [status] = statuses;
  if (status === undefined) return unknown("missing", ACCESS);
  const presented = mtls?.cert_presented;
  if (!isMissing(presented) && typeof presented !== "boolean") return unknown("malformed", ACCESS);
  const contradicts = status === "SUCCESS" ? presented === false : status === "NONE" && presented === true;
  if (contradicts || statuses.some((other) => other !== status)) return unknown("disagreement", ACCESS);
  if (status === "NONE") return absent(from);
  if (status !== "SUCCESS") return unknown("failed", ACCESS);
  return known({ commonName: readText(identity.common_name) }, from);
}

function deviceFacts(identity: AccessIdentity, from: Provenance): Facts {
  const device = readText(identity.device_id);
  const facts: FactsDraft = {
    "device.id": device === null ? unknown("no_device", ACCESS) : known(device, from),
    "device.warp": readConnection(identity.is_warp, device, from),
    "device.gateway": readConnection(identity.is_gateway, device, from),
  };
  const results = asRecord(identity.devicePosture) ?? {};
  for (const [rule, result] of Object.entries(results)) {
    if (rule !== "") facts[keyedFact("device.asserted_posture", rule)] = readPosture(asRecord(result));
  }
  return facts;
}

/** A connection through WARP is asserted of this request; that there is none says nothing of an unnamed device. */
function readConnection(value: unknown, device: string | null, from: Provenance): Fact<boolean> {
  if (typeof value !== "boolean") return unknown(whyNot(value), ACCESS);
  return value || device !== null ? known(value, from) : unknown("no_device", ACCESS);
}

/** Time stamps before this are Go's zero time, not a time of a check. */
const FIRST_TIMESTAMP = Date.UTC(2000, 0, 1);

function readPosture(result: Readonly<Record<string, unknown>> | null): Fact<AssertedPosture> {
  if (result === null || typeof result.success !== "boolean") return unknown("malformed", ACCESS);
  if (!isMissing(result.error)) return unknown("reported_error", ACCESS);
  if (typeof result.timestamp !== "string") return unknown("no_timestamp", ACCESS);
  const learntAt = Date.parse(result.timestamp);
  if (!(learntAt >= FIRST_TIMESTAMP)) return unknown("no_timestamp", ACCESS);
  return known(
    { success: result.success },
    { source: ACCESS, learntAt, expiresAt: Number.POSITIVE_INFINITY },
  );
}

/** Claims or attributes; values that cannot be compared leave the set incomplete. */
export function readClaims(value: unknown, from: Provenance): Fact<MultiValues> {
  const claims = asRecord(value);
  if (claims === null) return unknown(whyNot(value), ACCESS);
  let complete = true;
  const read = new Map<string, ReadonlySet<string>>();
  for (const [name, claim] of Object.entries(claims)) {
    const values = (Array.isArray(claim) ? claim : [claim]).filter((one: unknown) => one !== null);
    const texts = values.filter(isScalar).map(String);
    if (texts.length < values.length) complete = false;
    read.set(name, new Set(texts));
  }
  return known(read, from, complete);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function read<T>(value: unknown, from: Provenance, parse: (value: unknown) => T | null): Fact<T> {
  const parsed = parse(value);
  return parsed === null ? unknown(whyNot(value), ACCESS) : known(parsed, from);
}

function whyNot(value: unknown): UnknownReason {
  return isMissing(value) ? "missing" : "malformed";
}
