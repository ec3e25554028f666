import { Cluster, type Redis } from "ioredis";
import type { RedisClient } from "./redis-client.ts";
import { StoreError } from "./store.ts";

const SLOTS = 16_384;
const COUNT = 500;

/** The names that match, batch by batch and each once, from every primary; throws rather than leave one out. */
export async function* scanRedisKeys(
  client: RedisClient,
  pattern: string,
): AsyncGenerator<readonly string[]> {
  const seen = new Set<string>();
  for (const primary of await primariesOf(client)) {
    let cursor = "0";
    do {
      const [next, names] = await primary.scan(cursor, "MATCH", pattern, "COUNT", COUNT);
      const fresh = [...new Set(names)].filter((name) => !seen.has(name));
      for (const name of fresh) seen.add(name);
      if (fresh.length > 0) yield fresh;
      cursor = next;
    } while (cursor !== "0");
  }
}

/** Every primary that has slots. The client forgets a node it has lost, so the cluster itself is asked. */
async function primariesOf(client: RedisClient): Promise<readonly Redis[]> {
  if (!(client instanceof Cluster)) return [client];
  const ranges = await client.cluster("SLOTS");
  const primaries = new Set<Redis>();
  let covered = 0;
  for (const range of ranges) {
    const [first, last, address]: readonly unknown[] = Array.isArray(range) ? range : [];
    const primary = connectionTo(client, address);
    if (typeof first !== "number" || typeof last !== "number" || primary === undefined) break;
    covered += last - first + 1;
    primaries.add(primary);
  }
  if (covered === SLOTS) return [...primaries];
  throw new StoreError("store_unavailable", "a primary of the Redis cluster is out of reach");
}

function connectionTo(client: Cluster, address: unknown): Redis | undefined {
  const [host, port]: readonly unknown[] = Array.isArray(address) ? address : [];
  return client.nodes("master").find(({ options }) => options.host === host && options.port === port);
}
