import { resolve } from "node:path";
import type {
  AccessConfig,
  DecodedConfig,
  KeysConfig,
  PostureScoreConfig,
  ProviderConfig,
  ProxyConfig,
} from "./config.ts";
import { decodeIssuer, decodeServiceToken } from "./decode-credentials.ts";
import type { Path } from "./path.ts";
import type { PosternFile } from "./postern-schema.ts";
import { type Source, subSource } from "./source.ts";
import { readText } from "./text-schema.ts";
import {
  DurationText,
  ListenText,
  OriginText,
  PeersText,
  ReachText,
  SizeText,
  TokenHashText,
  UrlText,
} from "./texts.ts";

type Section<K extends keyof PosternFile> = NonNullable<PosternFile[K]>;

/** Fills in what was left out, and turns text into what it stands for; `folder` is what paths are relative to. */
export function decodeConfig(file: PosternFile, source: Source, folder: string): DecodedConfig {
  const { listen, verdict, evaluate, log } = file;
  return {
    publicUrl: readText(OriginText, file.public_url),
    listen: {
      public: listen?.public === undefined ? null : readText(ListenText, listen.public),
      admin: listen?.admin === undefined ? null : readText(ListenText, listen.admin),
    },
    proxies: (file.proxies ?? []).map(decodeProxy),
    store: decodeStore(file.store, folder),
    access: file.access ? decodeAccess(file.access) : null,
    issuers: (file.issuers ?? []).map((issuer, index) =>
      decodeIssuer(issuer, source.placeOf(["issuers", index, "application"])),
    ),
    serviceTokens: (file.service_tokens ?? []).map((token, index) =>
      decodeServiceToken(token, source.placeOf(["service_tokens", index, "client_id"])),
    ),
    policies: resolve(folder, file.policies),
    providers: (file.providers ?? []).map((provider, index) =>
      decodeProvider(provider, source, index, folder),
    ),
    merges: file.merges ?? {},
    postureScores: (file.posture_scores ?? []).map((score, index) =>
      decodePostureScore(score, source, ["posture_scores", index]),
    ),
    folder,
    keys: decodeKeys(file.keys ?? {}, folder),
    verdict: {
      ttlMs: milliseconds(verdict?.ttl ?? "60s"),
      algorithm: verdict?.algorithm ?? "ES256",
      bind: verdict?.bind ?? "application",
    },
    evaluate: {
      deadlineMs: milliseconds(evaluate?.deadline ?? "1s"),
      audience: evaluate?.audience ?? [],
      maxTokenLifetimeMs: milliseconds(evaluate?.max_token_lifetime ?? "24h"),
      maxConcurrentSignatures: evaluate?.max_concurrent_signatures ?? 64,
    },
    workers: file.workers ?? 1,
    loginUrl: file.login_url ?? null,
    denial: { disclose: file.denial?.disclose ?? "reason" },
    admin: {
      tokens: (file.admin?.tokens ?? []).map(({ name, role, sha256 }) => {
        return { name, role, sha256: readText(TokenHashText, sha256) };
      }),
    },
    log: { values: log?.values ?? "used", redact: log?.redact ?? [] },
  };
}

function decodeProxy({
  kind,
  listen,
  peers,
  skip_hops,
  client_certificates,
}: Section<"proxies">[number]): ProxyConfig {
  return {
    kind,
    listen: readText(ListenText, listen),
    peers: (peers ?? []).map((network) => readText(PeersText, network)),
    skipHops: (skip_hops ?? []).map((network) => readText(PeersText, network)),
    clientCertificates: client_certificates ?? false,
  };
}

function decodeAccess({ team_domain, certs_url }: Section<"access">): AccessConfig {
  const teamDomain = readText(OriginText, team_domain);
  return {
    teamDomain,
    certsUrl: readText(UrlText, certs_url ?? `${teamDomain}/cdn-cgi/access/certs`),
  };
}

function decodeProvider(
  { use, interval, expires, timeout, concurrency, batch, reach, max_response }: Section<"providers">[number],
  source: Source,
  index: number,
  folder: string,
): ProviderConfig {
  const targets = (reach ?? []).map((target) => readText(ReachText, target));
  return {
    // A name holds no slash.
    use: use.includes("/") ? resolve(folder, use) : use,
    place: source.placeOf(["providers", index, "use"]),
    options: subSource(source, ["providers", index, "config"]),
    intervalMs: interval === undefined ? null : milliseconds(interval),
    expiresMs: expires === undefined ? null : milliseconds(expires),
    timeoutMs: timeout === undefined ? null : milliseconds(timeout),
    concurrency: concurrency ?? null,
    batch: batch ?? null,
    reach: {
      hosts: targets.flatMap((target) => (target.kind === "host" ? [target.host] : [])),
      ranges: targets.flatMap((target) => (target.kind === "range" ? [target.range] : [])),
    },
    maxResponseBytes: max_response === undefined ? null : readText(SizeText, max_response),
  };
}

function decodePostureScore(
  { name, healthy, rules, audience, clients }: Section<"posture_scores">[number],
  source: Source,
  at: Path,
): PostureScoreConfig {
  return {
    name,
    place: source.placeOf(at),
    healthy,
    rules: rules.map((rule, index) => {
      return { ...rule, place: source.placeOf([...at, "rules", index, "rule"]) };
    }),
    audience: audience ?? null,
    clients: (clients ?? []).map(({ client_id, secret_sha256 }) => {
      return { clientId: client_id, secretSha256: readText(TokenHashText, secret_sha256) };
    }),
  };
}

function decodeKeys(keys: Section<"keys">, folder: string): KeysConfig {
  return {
    directory: resolve(folder, keys.directory ?? "keys"),
    rotateEveryMs: milliseconds(keys.rotate_every ?? "42d"),
    retireAfterMs: milliseconds(keys.retire_after ?? "7d"),
    passphrase: keys.passphrase ?? null,
  };
}

/** The path of an SQLite file is a path like any other here; all other stores are addresses. */
function decodeStore(store: string, folder: string): string {
  const [scheme, path] = ["sqlite:", store.slice("sqlite:".length)];
  return store.startsWith(scheme) ? scheme + resolve(folder, path) : store;
}

function milliseconds(duration: string): number {
  return readText(DurationText, duration);
}
