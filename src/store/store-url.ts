import { StoreError } from "./store.ts";

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export interface RedisCredentials {
  readonly username?: string;
  readonly password?: string;
}

export type RedisTopology =
  | { readonly kind: "single"; readonly node: RedisNode; readonly database: number }
  | {
      readonly kind: "sentinel";
      readonly nodes: readonly RedisNode[];
      readonly name: string;
      readonly credentials: RedisCredentials;
    }
  | { readonly kind: "cluster"; readonly nodes: readonly RedisNode[] };

export interface RedisLocation {
  readonly driver: "redis";
  readonly topology: RedisTopology;
  readonly credentials: RedisCredentials;
  /** Absent for plain TCP. `caFile` stands in for the system's certificate authorities. */
  readonly tls?: { readonly caFile?: string };
}

/** Where a `store:` URL points, with nothing opened yet. */
export type StoreLocation =
  | { readonly driver: "memory" }
  | { readonly driver: "sqlite"; readonly path: string }
  | RedisLocation;

const FORMS =
  "memory:, sqlite:PATH, redis://HOST:PORT/DB, rediss://… (TLS), redis+sentinel://HOST,HOST/NAME or redis+cluster://HOST,HOST";
const REDIS = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/;

/** Reads the `store:` URL of the configuration. Throws `store_misconfigured`, never naming a password. */
export function parseStoreUrl(url: string): StoreLocation {
  if (url === "memory:") return { driver: "memory" };
  if (url.startsWith("sqlite:")) return { driver: "sqlite", path: parsePath(url.slice("sqlite:".length)) };
  const match = REDIS.exec(url);
  if (match === null) return fail(`unknown kind of store: write one of ${FORMS}`);
  const [, scheme, kind, authority = "", path = "", query = ""] = match;
  const at = authority.lastIndexOf("@");
  const nodes = authority.slice(at + 1).split(",");
  const options = parseOptions(query, kind === "sentinel", scheme === "rediss");
  const caFile = options.get("ca");
  return {
    driver: "redis",
    topology: parseTopology(kind, nodes, path.slice(1), options),
    credentials: parseUserInfo(at < 0 ? "" : authority.slice(0, at)),
    ...(scheme === "rediss" ? { tls: caFile === undefined ? {} : { caFile } } : {}),
  };
}

function parsePath(path: string): string {
  if (path === "" || path === ":memory:") return fail("sqlite: needs a file, as in sqlite:./postern.db");
  if (path.startsWith("//")) return fail("sqlite: takes a path and no host: sqlite:./postern.db");
  if (path.includes("?") || path.includes("\0")) return fail("sqlite: takes a plain path, without options");
  return path;
}

function parseTopology(
  kind: string | undefined,
  hosts: readonly string[],
  path: string,
  options: ReadonlyMap<string, string>,
): RedisTopology {
  const defaultPort = kind === "sentinel" ? 26379 : 6379;
  const nodes = hosts.map((host) => parseNode(host, defaultPort));
  const [node, ...others] = nodes;
  if (kind === "sentinel") {
    if (path === "") return fail("redis+sentinel: needs the primary's name: redis+sentinel://a,b,c/NAME");
    const credentials = describe(options.get("sentinel_username"), options.get("sentinel_password"));
    return { kind, nodes, name: decode(path), credentials };
  }
  if (kind === "cluster") {
    if (path !== "") return fail("redis+cluster: takes no database, a cluster has only one");
    return { kind, nodes };
  }
  if (node === undefined || others.length > 0) {
    return fail("redis: takes one host; for several write redis+sentinel:// or redis+cluster://");
  }
  if (!/^\d{0,4}$/.test(path)) return fail("redis: the database is a number, as in redis://host:6379/0");
  return { kind: "single", node, database: Number(path) };
}

function parseNode(text: string, defaultPort: number): RedisNode {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? defaultPort);
  if (host === undefined || port < 1 || port > 65_535) {
    return fail(
      "each Redis host is HOST, HOST:PORT or [IPv6]:PORT; a password with @ : / ? # must be percent-encoded",
    );
  }
  return { host, port };
}

function parseUserInfo(userInfo: string): RedisCredentials {
  const colon = userInfo.indexOf(":");
  if (colon < 0 && userInfo !== "") {
    return fail("a Redis user needs a password: USER:PASSWORD@HOST, or :PASSWORD@HOST without a user");
  }
  return describe(decode(userInfo.slice(0, Math.max(colon, 0))), decode(userInfo.slice(colon + 1)));
}

function describe(username: string | undefined, password: string | undefined): RedisCredentials {
  return { ...(username ? { username } : {}), ...(password ? { password } : {}) };
}

function parseOptions(query: string, sentinel: boolean, tls: boolean): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  const known = [...(tls ? ["ca"] : []), ...(sentinel ? ["sentinel_username", "sentinel_password"] : [])];
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name)) {
      return fail(`unknown option in the store URL; this kind of store takes ${known.join(", ") || "none"}`);
    }
    if (options.has(name) || value === "") return fail(`the store option ${name} needs exactly one value`);
    options.set(name, value);
  }
  return options;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail("the store URL has a % that is no percent-encoding; write %25 for a plain %");
  }
}

function fail(message: string): never {
  throw new StoreError("store_misconfigured", `store: ${message}`);
}
