import type { Clock } from "../clock.ts";
import { MemoryStore } from "./memory-store.ts";
import { connectRedis, createRedisClient, logConnection } from "./redis-client.ts";
import { toRedisStoreError } from "./redis-error.ts";
import { checkRedisServers } from "./redis-server-check.ts";
import { RedisStore } from "./redis-store.ts";
import { openSqliteFile } from "./sqlite-file.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { Store } from "./store.ts";
import { parseStoreUrl, type RedisLocation } from "./store-url.ts";
import { type Log, Topics } from "./topics.ts";

export interface StoreOptions {
  readonly clock: Clock;
  /** Told of connections lost and found, and of listeners that fail. */
  readonly log?: Log;
  /** How long one command may take, in milliseconds; 100 unless told. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 100;

/** Opens the store that the `store:` URL names. Throws `StoreError` where it cannot be used as it is. */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const { clock, log = () => {}, timeoutMs = TIMEOUT_MS } = options;
  const topics = new Topics(log);
  const location = parseStoreUrl(url);
  switch (location.driver) {
    case "memory":
      return new MemoryStore(clock, topics);
    case "sqlite":
      return new SqliteStore(openSqliteFile(location.path), clock, topics, log, timeoutMs);
    case "redis":
      return openRedisStore(location, { clock, log, timeoutMs }, topics);
  }
}

async function openRedisStore(
  location: RedisLocation,
  { clock, log, timeoutMs }: Required<StoreOptions>,
  topics: Topics,
): Promise<Store> {
  const client = createRedisClient(location, timeoutMs);
  logConnection(client, log);
  try {
    await connectRedis(client);
    await checkRedisServers(client);
  } catch (error) {
    client.disconnect();
    throw toRedisStoreError(error);
  }
  return new RedisStore(client, clock, topics, log, timeoutMs);
}
