import type { Email } from "./email.ts";
import type { IpAddress } from "./ip-address.ts";

/** When an attribute is learnt: once, at login, or again and again while the session lives. */
export type Phase = "login" | "continuous";

/** Group memberships of one identity provider, by each of the names a rule may use. */
export interface Groups {
  /** Object ids (Entra). */
  readonly ids: ReadonlySet<string>;
  /** Names (Okta; GitHub as `org` and `org/team`, lower case). */
  readonly names: ReadonlySet<string>;
  /** Addresses (Google Workspace), lower case. */
  readonly emails: ReadonlySet<string>;
}

/** Claims or SAML attributes, each with all of its values. */
export type MultiValues = ReadonlyMap<string, ReadonlySet<string>>;

/** A verified client certificate. */
export interface ClientCertificate {
  readonly commonName: string | null;
}

/** Outcome of a posture rule as Access asserts it (`devicePosture` of an identity). */
export interface AssertedPosture {
  readonly success: boolean;
}

/** A file or a process on a device, as a posture client reports it. Hashes are hexadecimal. */
export interface DeviceFile {
  readonly exists: boolean;
  readonly running: boolean | null;
  readonly sha256: string | null;
  readonly thumbprint: string | null;
}

/** The operating system of a device. */
export interface DeviceOs {
  readonly version: string;
  /** Of a Linux distribution: `ID` and `VERSION_ID` of its os-release. */
  readonly distroName: string | null;
  readonly distroRevision: string | null;
  /** What comes after the version: `3803` (Windows), `(a)` (Apple), `-21-generic` (Linux); empty where nothing does. */
  readonly versionExtra: string | null;
}

export type Platform = "windows" | "mac" | "linux" | "android" | "ios" | "chromeos";

/** A certificate found on a device (posture types `client_certificate`, `client_certificate_v2`). */
export interface DeviceCertificate {
  readonly certificateId: string;
  readonly commonName: string;
  readonly hasPrivateKey: boolean | null;
  readonly extendedKeyUsage: readonly string[] | null;
  readonly subjectAlternativeNames: readonly string[] | null;
  /** Where it was found: a path, or `system` / `user` for a trust store. */
  readonly locations: readonly string[] | null;
}

/** What a service provider says of one device: its own field names, scalars only, times as RFC 3339 text. */
export type ProviderRecord = ReadonlyMap<string, string | number | boolean>;

/** Value types of the attributes that stand alone. */
export interface PlainAttributes {
  "identity.subject": string;
  "identity.email": Email;
  "identity.login_method": string;
  /** The type of the identity provider that the login used: `okta`, `azureAD`. */
  "identity.login_method_type": string;
  "identity.authentication_methods": ReadonlySet<string>;
  "identity.authentication_contexts": ReadonlySet<string>;
  "identity.groups": Groups;
  "identity.saml_attributes": MultiValues;
  "identity.oidc_claims": MultiValues;
  "identity.account_memberships": ReadonlySet<string>;
  "identity.risk_score": string;
  "network.ip": IpAddress;
  "network.country": string;
  "credential.service_token": string;
  "credential.certificate": ClientCertificate;
  "credential.linked_app_token": string;
  "device.id": string;
  "device.platform": Platform;
  "device.serial_number": string;
  "device.unique_client_id": string;
  "device.hostname": string;
  "device.os": DeviceOs;
  /** Disk or volume to whether it is encrypted. */
  "device.disks": ReadonlyMap<string, boolean>;
  "device.firewall": boolean;
  /** The Active Directory domain it has joined; absent for none. */
  "device.domain": string;
  /** When an active antivirus was last updated: milliseconds since the epoch. */
  "device.antivirus_updated_at": number;
  /** By path. */
  "device.files": ReadonlyMap<string, DeviceFile>;
  "device.certificates": readonly DeviceCertificate[];
  "device.warp": boolean;
  "device.gateway": boolean;
}

/** Value types of the attributes that exist once per key: a URL, a posture rule, a connection. */
export interface KeyedAttributes {
  /** Key: the evaluate URL. Value: its answer. */
  "identity.external_evaluation": boolean;
  /** Key: the posture rule's id. */
  "device.asserted_posture": AssertedPosture;
  /** Key: the connection (service-provider integration) id. */
  "device.provider": ProviderRecord;
}

/** The value of an attribute that a plugin declares for itself. */
export type OwnValue = string | number | boolean | ReadonlySet<string>;

export type PlainAttributeName = keyof PlainAttributes;
export type KeyedAttributeName = keyof KeyedAttributes;
export type KeyedFactName<A extends KeyedAttributeName = KeyedAttributeName> = `${A}:${string}`;

/** Name of a fact. Every name holds a dot, so that none can meet a property of `Object.prototype`. */
export type FactName = PlainAttributeName | KeyedFactName | OwnFactName;

/** Name of a fact under an attribute that a plugin declared for itself. */
export type OwnFactName = `own.${string}`;

export type FactValue<N extends FactName> = N extends PlainAttributeName
  ? PlainAttributes[N]
  : N extends OwnFactName
    ? OwnValue
    : N extends KeyedFactName<infer A>
      ? KeyedAttributes[A]
      : never;

/** Attributes that belong to the person and are known only after a login. */
export function isIdentity(name: FactName): name is FactName & `identity.${string}` {
  return name.startsWith("identity.");
}

/** Identity attributes are frozen at login, but for the risk score; all others are watched. */
export function phaseOf(name: FactName): Phase {
  return isIdentity(name) && name !== "identity.risk_score" ? "login" : "continuous";
}

/** The fact that holds `attribute` for `key`. */
export function keyedFact<A extends KeyedAttributeName>(attribute: A, key: string): KeyedFactName<A> {
  return `${attribute}:${key}`;
}
