import { Cluster, type Redis } from "ioredis";
import type { RedisClient } from "./redis-client.ts";
import { StoreError } from "./store.ts";

const MIN_MAJOR_VERSION = 7;

/** Throws `store_misconfigured` where a server, as it is set up, would lose or refuse what is written to it. */
export async function checkRedisServers(client: RedisClient): Promise<void> {
  const inCluster = client instanceof Cluster;
  const servers: readonly Redis[] = inCluster ? client.nodes("master") : [client];
  await Promise.all(servers.map(async (server) => checkInfo(parseInfo(await server.info()), inCluster)));
}

function checkInfo(info: ReadonlyMap<string, string>, inCluster: boolean): void {
  const mode = info.get("redis_mode");
  if (mode === "sentinel") fail("this is a Sentinel: write redis+sentinel://HOST,HOST/NAME");
  if (mode === "cluster" && !inCluster) fail("this is a node of a cluster: write redis+cluster://HOST,HOST");
  const version = info.get("redis_version") ?? "unknown";
  if (!(Number.parseInt(version, 10) >= MIN_MAJOR_VERSION)) {
    fail(`Redis ${MIN_MAJOR_VERSION}.0 or later is needed (SET with NX and GET); this one is ${version}`);
  }
  const policy = info.get("maxmemory_policy") ?? "unknown";
  if (policy !== "noeviction") {
    fail(`maxmemory-policy must be noeviction, or Redis drops revocations when it is full; it is ${policy}`);
  }
  if (info.get("role") !== "master") fail("this Redis is a read-only replica: name the primary");
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

function fail(message: string): never {
  throw new StoreError("store_misconfigured", `store: ${message}`);
}
