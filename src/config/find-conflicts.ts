import type { Fault } from "../core/place.ts";
import type { DecodedConfig } from "./config.ts";
import { findCredentialConflicts, findSharingConflicts } from "./find-proxy-conflicts.ts";
import { addressesClash, type ListenAddress } from "./parse-address.ts";
import { messageAt, type Path, showPath } from "./path.ts";
import type { Source } from "./source.ts";
import { refusalOf } from "./text-schema.ts";
import { AttributeText } from "./texts.ts";

type Find = (config: DecodedConfig) => Iterable<{ readonly path: Path; readonly message: string }>;

/** What is right by itself and wrong beside something else. */
export function findConflicts(config: DecodedConfig, source: Source): readonly Fault[] {
  return toFaults(
    [
      findClashes,
      findUnguarded,
      findTwins,
      findBadTimes,
      findBadMerges,
      findBadScores,
      findCredentialConflicts,
      findSharingConflicts,
    ],
    config,
    source,
  );
}

/** What may be meant, and is better mended. */
export function findWarnings(config: DecodedConfig, source: Source): readonly Fault[] {
  return toFaults([findOpenKeys, findIdle], config, source);
}

function toFaults(finds: readonly Find[], config: DecodedConfig, source: Source): readonly Fault[] {
  return finds.flatMap((find) =>
    [...find(config)].map(({ path, message }) => {
      return { place: source.placeOf(path), message: messageAt(path, message) };
    }),
  );
}

function* findClashes({ listen, proxies }: DecodedConfig): ReturnType<Find> {
  const seen: { readonly path: Path; readonly address: ListenAddress }[] = [];
  const listeners = [
    { path: ["listen", "public"], address: listen.public },
    { path: ["listen", "admin"], address: listen.admin },
    ...proxies.map((proxy, index) => ({ path: ["proxies", index, "listen"], address: proxy.listen })),
  ];
  for (const { path, address } of listeners) {
    if (address === null) continue;
    const other = seen.find((each) => addressesClash(each.address, address));
    if (other) yield { path, message: `${showPath(other.path)} listens there already; choose another port` };
    seen.push({ path, address });
  }
  if (seen.length === 0) {
    yield { path: [], message: "nothing would listen; give listen.public, or an entry under proxies" };
  }
}

/** Listeners that could answer nobody, or log nobody in. */
function* findIdle({ listen, access, issuers, proxies, postureScores }: DecodedConfig): ReturnType<Find> {
  if (listen.public !== null && access === null && proxies.length === 0 && postureScores.length === 0) {
    const message = "nothing would be answered there, so it is not opened; give access, or posture_scores";
    yield { path: ["listen", "public"], message };
  }
  if (proxies.length > 0 && access === null && issuers.length === 0) {
    const message =
      "nobody could be logged in, so that only Bypass and Service Auth let anyone in; give access, or issuers";
    yield { path: ["proxies"], message };
  }
}

function* findUnguarded({ proxies }: DecodedConfig): ReturnType<Find> {
  for (const [index, { listen, peers }] of proxies.entries()) {
    if (listen.kind === "tcp" && peers.length === 0) {
      yield {
        path: ["proxies", index],
        message: 'the key "peers" is missing; give the addresses of the proxy',
      };
    }
    if (listen.kind === "unix" && peers.length > 0) {
      yield {
        path: ["proxies", index, "peers"],
        message:
          "a Unix socket shows no address; remove peers, and let the socket's folder decide who may ask",
      };
    }
  }
}

function* findTwins({ admin: { tokens } }: DecodedConfig): ReturnType<Find> {
  for (const [index, { name, sha256 }] of tokens.entries()) {
    const before = tokens.slice(0, index);
    if (before.some((token) => token.name === name)) {
      yield { path: ["admin", "tokens", index, "name"], message: "another token has this name; rename one" };
    }
    if (before.some((token) => token.sha256 === sha256)) {
      yield {
        path: ["admin", "tokens", index, "sha256"],
        message: "another token has this hash; make a new one",
      };
    }
  }
}

function* findBadTimes({ keys, providers }: DecodedConfig): ReturnType<Find> {
  if (keys.retireAfterMs > keys.rotateEveryMs) {
    yield {
      path: ["keys", "retire_after"],
      message: "is longer than rotate_every, so that old keys would pile up; shorten it",
    };
  }
  for (const [index, { intervalMs, expiresMs }] of providers.entries()) {
    if (intervalMs !== null && expiresMs !== null && expiresMs <= intervalMs) {
      const message =
        "is not longer than interval, so that facts would be unknown between polls; twice the interval is usual";
      yield { path: ["providers", index, "expires"], message };
    }
  }
}

function* findBadMerges({ merges }: DecodedConfig): ReturnType<Find> {
  for (const attribute of Object.keys(merges)) {
    const message = refusalOf(AttributeText, attribute);
    if (message !== null) yield { path: ["merges", attribute], message };
  }
}

function* findBadScores({ postureScores, access }: DecodedConfig): ReturnType<Find> {
  for (const [index, { name, rules, audience, clients }] of postureScores.entries()) {
    const path = ["posture_scores", index];
    if (postureScores.slice(0, index).some((score) => score.name === name)) {
      yield { path: [...path, "name"], message: "another score has this name; rename one" };
    }
    if (audience === null && clients.length === 0) {
      yield { path, message: "nobody could ask for it; give an audience, or clients" };
    }
    if (audience !== null && access === null) {
      yield {
        path: [...path, "audience"],
        message: "nothing says who signs for this audience; give access.team_domain, too",
      };
    }
    for (const [position, { rule }] of rules.entries()) {
      if (rules.slice(0, position).some((other) => other.rule === rule)) {
        yield { path: [...path, "rules", position, "rule"], message: "is there already; add up the weights" };
      }
    }
  }
}

function* findOpenKeys({ keys }: DecodedConfig): ReturnType<Find> {
  if (keys.passphrase === null) {
    const message = `no passphrase is set, so that private keys are kept unencrypted; give one, such as \${POSTERN_KEY_PASSPHRASE}`;
    yield { path: ["keys"], message };
  }
}
