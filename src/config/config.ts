import type { IpRange } from "../core/ip-address.ts";
import type { Fault, Place } from "../core/place.ts";
import type { ListenAddress } from "./parse-address.ts";
import type { PosternFile } from "./postern-schema.ts";
import type { Source } from "./source.ts";

type Given<T> = NonNullable<T>;
type ProxyFile = Given<PosternFile["proxies"]>[number];
type PostureScoreFile = Given<PosternFile["posture_scores"]>[number];
type AdminTokenFile = Given<PosternFile["admin"]>["tokens"][number];

export type ProxyKind = ProxyFile["kind"];
export type VerdictAlgorithm = Given<Given<PosternFile["verdict"]>["algorithm"]>;
export type VerdictBinding = Given<Given<PosternFile["verdict"]>["bind"]>;
/** `viewer` reads; `operator` also revokes and rotates. */
export type AdminRole = AdminTokenFile["role"];
/** What a person who is denied is told: that it is so, why, or each check that stood in the way. */
export type Disclosure = Given<Given<PosternFile["denial"]>["disclose"]>;
/** Whether the decision log shows the values of the facts that were used. */
export type LoggedValues = Given<Given<PosternFile["log"]>["values"]>;

/** A listener for one proxy that speaks one contract. */
export interface ProxyConfig {
  readonly kind: ProxyKind;
  readonly listen: ListenAddress;
  /** Who may ask; empty for a Unix socket, which its permissions guard. */
  readonly peers: readonly IpRange[];
  /** Trusted as hops in X-Forwarded-For. */
  readonly skipHops: readonly IpRange[];
  /** Whether the proxy sets the headers of client certificates itself: they could be forged otherwise. */
  readonly clientCertificates: boolean;
}

/** An OpenID provider whose bearer tokens count. */
export interface IssuerConfig {
  /** As `iss` spells it. */
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: readonly string[];
  /** Id of the identity provider that it stands for in policies; null for none. */
  readonly identityProvider: string | null;
  /** The application that its tokens are linked-app tokens of, by name or id; null where they name people. */
  readonly application: { readonly reference: string; readonly place: Place } | null;
  /** Which claims say what; null where none does. */
  readonly claims: { readonly email: string; readonly groups: string; readonly device: string | null };
}

/** The secret of a service token: SHA-256, lower-case hexadecimal. */
export interface ServiceTokenConfig {
  readonly clientId: string;
  readonly place: Place;
  readonly sha256: string;
  /** The one before, which counts until `untilMs` since the epoch. */
  readonly previous: { readonly sha256: string; readonly untilMs: number } | null;
}

export interface AccessConfig {
  /** An origin: `https://acme.cloudflareaccess.com`. */
  readonly teamDomain: string;
  readonly certsUrl: string;
}

/** A plugin in use. What is null is the plugin's own choice, or the host's. */
export interface ProviderConfig {
  /** Name of a plugin, or the absolute path of one. */
  readonly use: string;
  readonly place: Place;
  /** Its `config`, an empty mapping where there is none; the plugin's own schema checks it. */
  readonly options: Source;
  readonly intervalMs: number | null;
  readonly expiresMs: number | null;
  readonly timeoutMs: number | null;
  readonly concurrency: number | null;
  readonly batch: number | null;
  /** What it may reach beside the public internet. */
  readonly reach: { readonly hosts: readonly string[]; readonly ranges: readonly IpRange[] };
  readonly maxResponseBytes: number | null;
}

/** How an attribute that several providers have is made one. */
export type MergeConfig = Given<PosternFile["merges"]>[string];

/** Which end of the scale is healthy. */
export type HealthyEnd = PostureScoreFile["healthy"];

/** A named score of devices, and who may ask for it. */
export interface PostureScoreConfig {
  readonly name: string;
  readonly place: Place;
  readonly healthy: HealthyEnd;
  /** `rule`: name or id of a posture rule. */
  readonly rules: readonly { readonly rule: string; readonly weight: number; readonly place: Place }[];
  /** Of the Access application that callers come through; null where none do. */
  readonly audience: string | null;
  readonly clients: readonly PostureClient[];
}

export interface PostureClient {
  readonly clientId: string;
  /** Of the secret, in lower-case hexadecimal. */
  readonly secretSha256: string;
}

export interface KeysConfig {
  readonly directory: string;
  readonly rotateEveryMs: number;
  readonly retireAfterMs: number;
  readonly passphrase: string | null;
}

export interface VerdictConfig {
  readonly ttlMs: number;
  readonly algorithm: VerdictAlgorithm;
  readonly bind: VerdictBinding;
}

export interface EvaluateConfig {
  readonly deadlineMs: number;
  /** Audiences a token may be for; empty where the audience does not count. */
  readonly audience: readonly string[];
  readonly maxTokenLifetimeMs: number;
  readonly maxConcurrentSignatures: number;
}

export interface AdminToken {
  readonly name: string;
  readonly role: AdminRole;
  /** Of the token, in lower-case hexadecimal. */
  readonly sha256: string;
}

export interface LogConfig {
  readonly values: LoggedValues;
  /** Attributes whose values are replaced by a keyed hash. */
  readonly redact: readonly string[];
}

/** `postern.yaml`, checked and complete. Paths are absolute; what was not configured is null or empty. */
export interface Config {
  /** Hash of all that was configured, with what was expanded into it: not of how it is laid out. */
  readonly revision: string;
  /** An origin: `https://postern.example.com`. */
  readonly publicUrl: string;
  readonly listen: { readonly public: ListenAddress | null; readonly admin: ListenAddress | null };
  readonly proxies: readonly ProxyConfig[];
  /** Address of the store; may hold a password. */
  readonly store: string;
  readonly access: AccessConfig | null;
  readonly issuers: readonly IssuerConfig[];
  readonly serviceTokens: readonly ServiceTokenConfig[];
  /** A file or a folder. */
  readonly policies: string;
  readonly providers: readonly ProviderConfig[];
  /** By attribute. */
  readonly merges: Readonly<Record<string, MergeConfig>>;
  readonly postureScores: readonly PostureScoreConfig[];
  /** Absolute; what relative paths in it start from. */
  readonly folder: string;
  readonly keys: KeysConfig;
  readonly verdict: VerdictConfig;
  readonly evaluate: EvaluateConfig;
  /** Processes that share the listeners. */
  readonly workers: number;
  /** `{url}` stands for where the person came from. */
  readonly loginUrl: string | null;
  readonly denial: { readonly disclose: Disclosure };
  readonly admin: { readonly tokens: readonly AdminToken[] };
  readonly log: LogConfig;
  /** What does not keep Postern from starting, and should be mended all the same. */
  readonly warnings: readonly Fault[];
}

/** What a file says by itself. */
export type DecodedConfig = Omit<Config, "revision" | "warnings">;
