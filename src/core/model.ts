import type { OwnValue, Platform } from "./attribute.ts";
import type { Place } from "./place.ts";

/** What a policy does when it matches. Cloudflare's JSON calls it `decision`. */
export type Effect = "allow" | "deny" | "bypass" | "non_identity";

export type Operator = "<" | "<=" | "==" | ">=" | ">";

/** A rule: one entry of include, require or exclude. References are ids of the policy set. */
export type Rule = { readonly place: Place } & (
  | { readonly selector: "email"; readonly email: string }
  | { readonly selector: "email_list"; readonly list: string }
  | { readonly selector: "email_domain"; readonly domain: string }
  | { readonly selector: "everyone" }
  | { readonly selector: "ip"; readonly range: string }
  | { readonly selector: "ip_list"; readonly list: string }
  | { readonly selector: "geo"; readonly country: string }
  | { readonly selector: "common_name"; readonly commonName: string }
  | { readonly selector: "certificate" }
  | { readonly selector: "service_token"; readonly token: string }
  | { readonly selector: "any_valid_service_token" }
  | { readonly selector: "linked_app_token"; readonly application: string }
  | { readonly selector: "user_risk_score"; readonly levels: readonly string[] }
  | { readonly selector: "login_method"; readonly idp: string }
  | { readonly selector: "auth_method"; readonly method: string }
  | { readonly selector: "azureAD"; readonly id: string; readonly idp: string | null }
  | {
      readonly selector: "github-organization";
      readonly organization: string;
      readonly team: string | null;
      readonly idp: string | null;
    }
  | { readonly selector: "gsuite"; readonly email: string; readonly idp: string | null }
  | { readonly selector: "okta"; readonly name: string; readonly idp: string | null }
  | { readonly selector: "saml"; readonly name: string; readonly value: string; readonly idp: string | null }
  | { readonly selector: "oidc"; readonly name: string; readonly value: string; readonly idp: string | null }
  | { readonly selector: "auth_context"; readonly context: string; readonly idp: string | null }
  | { readonly selector: "cloudflare_account_member"; readonly account: string }
  | { readonly selector: "external_evaluation"; readonly evaluateUrl: string; readonly keysUrl: string }
  | { readonly selector: "device_posture"; readonly posture: string }
  | { readonly selector: "group"; readonly group: string }
);

export type Selector = Rule["selector"];

/** The three lists that a policy and a group are made of. */
export interface RuleLists {
  readonly include: readonly Rule[];
  readonly require: readonly Rule[];
  readonly exclude: readonly Rule[];
}

/** Findings of `postern lint` that the author accepts: rule name to reason. */
export type Acknowledgements = ReadonlyMap<string, string>;

export interface Policy extends RuleLists {
  readonly id: string;
  readonly name: string;
  readonly effect: Effect;
  /** Milliseconds; null where the application's counts. */
  readonly sessionDurationMs: number | null;
  readonly acknowledge: Acknowledgements;
  readonly place: Place;
}

export interface Group extends RuleLists {
  readonly id: string;
  readonly name: string;
  readonly acknowledge: Acknowledgements;
  readonly place: Place;
}

/** Values of an e-mail, IP or serial-number list. */
export interface List {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly values: readonly string[];
  readonly acknowledge: Acknowledgements;
  readonly place: Place;
}

/** `input` of a posture rule, by type (Cloudflare's names, in camel case). */
export type PostureCheck =
  | {
      readonly type: "file";
      readonly platform: Platform;
      readonly path: string;
      readonly exists: boolean;
      readonly sha256: string | null;
      readonly thumbprint: string | null;
    }
  | {
      readonly type: "application" | "sentinelone" | "carbonblack";
      readonly platform: Platform;
      readonly path: string;
      readonly sha256: string | null;
      readonly thumbprint: string | null;
    }
  | { readonly type: "tanium" | "gateway" | "warp" }
  | { readonly type: "disk_encryption"; readonly disks: readonly string[]; readonly requireAll: boolean }
  | { readonly type: "serial_number"; readonly list: string }
  | { readonly type: "unique_client_id"; readonly list: string; readonly platform: Platform }
  | { readonly type: "firewall"; readonly enabled: boolean; readonly platform: Platform }
  | {
      readonly type: "os_version";
      readonly platform: Platform;
      readonly operator: Operator;
      readonly version: string;
      readonly distroName: string | null;
      readonly distroRevision: string | null;
      readonly versionExtra: string | null;
    }
  | { readonly type: "domain_joined"; readonly platform: Platform; readonly domain: string | null }
  | { readonly type: "client_certificate"; readonly certificateId: string; readonly commonName: string }
  | {
      readonly type: "client_certificate_v2";
      readonly platform: Platform;
      readonly certificateId: string;
      readonly checkPrivateKey: boolean;
      readonly commonName: string | null;
      readonly extendedKeyUsage: readonly string[];
      readonly locations: readonly string[];
      readonly subjectAlternativeNames: readonly string[];
    }
  | { readonly type: "antivirus"; readonly updateWindowDays: number | null }
  | {
      readonly type: ProviderPostureType;
      readonly connection: string;
      readonly conditions: readonly ProviderCondition[];
    }
  | {
      readonly type: "attribute";
      readonly attribute: string;
      readonly operator: Operator | "!=" | "in" | "contains";
      readonly value: Exclude<OwnValue, ReadonlySet<string>> | readonly string[];
    };

/** Posture rules judged from what a service provider says of a device. */
export type ProviderPostureType =
  | "crowdstrike_s2s"
  | "intune"
  | "workspace_one"
  | "kolide"
  | "tanium_s2s"
  | "sentinelone_s2s"
  | "custom_s2s";

/** One demand on a field of the provider's record; all of a rule's demands must hold. */
export type ProviderCondition =
  | { readonly field: string; readonly kind: "number"; readonly operator: Operator; readonly value: number }
  | { readonly field: string; readonly kind: "version"; readonly operator: Operator; readonly value: string }
  | { readonly field: string; readonly kind: "one_of"; readonly values: readonly string[] }
  | { readonly field: string; readonly kind: "boolean"; readonly value: boolean }
  /** Seconds since the provider last saw the device. */
  | { readonly field: string; readonly kind: "age"; readonly operator: Operator; readonly seconds: number };

export interface PostureRule {
  readonly id: string;
  readonly name: string;
  readonly check: PostureCheck;
  /** Platforms the rule is for; empty for all. */
  readonly platforms: readonly Platform[];
  /** Milliseconds after which a result no longer counts; null for never. */
  readonly expirationMs: number | null;
  readonly acknowledge: Acknowledgements;
  readonly place: Place;
}

export interface IdentityProvider {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly place: Place;
}

/** Maps the id that rules name to the client id that Access asserts and clients send. */
export interface ServiceToken {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly place: Place;
}

/** Where an application lives: `host` and `path` as in Cloudflare's `domain`, the path without a query. */
export interface Destination {
  readonly host: string;
  /** Starts with `/`; `/` for the whole host. May hold `*`. */
  readonly path: string;
  readonly place: Place;
}

export interface Application {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly audience: string | null;
  readonly destinations: readonly Destination[];
  /** In order of execution within their tier. */
  readonly policies: readonly Policy[];
  /** Ids of identity providers; empty for all. */
  readonly allowedIdps: readonly string[];
  readonly sessionDurationMs: number | null;
  readonly optionsPreflightBypass: boolean;
  readonly serviceAuth401Redirect: boolean;
  /** A header, lower case, in which a client may send both halves of a service token as JSON; null for none. */
  readonly serviceTokenHeader: string | null;
  readonly customDenyUrl: string | null;
  readonly customNonIdentityDenyUrl: string | null;
  readonly customDenyMessage: string | null;
  readonly tags: readonly string[];
  readonly acknowledge: Acknowledgements;
  readonly place: Place;
}

/** Everything that decides, resolved: every reference is the id of something that is here. */
export interface PolicySet {
  readonly applications: readonly Application[];
  /** Reusable policies, whether an application uses them or not. */
  readonly policies: readonly Policy[];
  readonly groups: readonly Group[];
  readonly lists: readonly List[];
  readonly postureRules: readonly PostureRule[];
  readonly identityProviders: readonly IdentityProvider[];
  readonly serviceTokens: readonly ServiceToken[];
  readonly certificates: readonly Certificate[];
  /** Hash of everything that decides. */
  readonly revision: string;
}

/** A certificate authority that client certificates may come from. */
export interface Certificate {
  readonly id: string;
  readonly name: string;
  /** PEM; null where an export leaves it out. */
  readonly certificate: string | null;
  readonly associatedHostnames: readonly string[];
  readonly place: Place;
}
