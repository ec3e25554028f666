import { readFileSync } from "node:fs";
import { Cluster, type CommonRedisOptions, Redis } from "ioredis";
import { toRedisStoreError } from "./redis-error.ts";
import { StoreError } from "./store.ts";
import type { RedisLocation } from "./store-url.ts";
import type { Log } from "./topics.ts";

export type RedisClient = Redis | Cluster;

const CONNECT_TIMEOUT_MS = 500;
const OPEN_TIMEOUT_MS = 5_000;
const RECONNECT_AT_MOST_MS = 250;

/** What the commands of a client are bounded by, and when it connects. */
type Bounds = ReturnType<typeof boundedBy> | typeof UNBOUNDED;

/** A client that is not connected yet; each of its commands takes at most `timeoutMs`. */
export function createRedisClient(location: RedisLocation, timeoutMs: number): RedisClient {
  return createClient(location, boundedBy(timeoutMs));
}

/**
 * A client for queues, which wait for their turn: connected at once, its commands bounded by
 * nothing but `close`. It shares no connection with anything that has a deadline.
 */
export function createQueueClient(location: RedisLocation): RedisClient {
  return createClient(location, UNBOUNDED);
}

function createClient({ topology, credentials, tls: wanted }: RedisLocation, bounds: Bounds): RedisClient {
  const tls = wanted && readTls(wanted.caFile);
  const options = {
    ...credentials,
    ...(tls ? { tls } : {}),
    ...bounds,
    retryStrategy: reconnectDelayMs,
    reconnectOnError: reconnectWhenReadOnly(),
  };
  switch (topology.kind) {
    case "single":
      return new Redis({ ...options, ...topology.node, db: topology.database });
    case "sentinel":
      return new Redis({
        ...options,
        sentinels: [...topology.nodes],
        name: topology.name,
        ...sentinelCredentials(topology.credentials),
        ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: tls } : {}),
        failoverDetector: true,
        sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
        sentinelRetryStrategy: reconnectDelayMs,
        sentinelReconnectStrategy: () => 1_000,
      });
    case "cluster":
      return new Cluster([...topology.nodes], {
        redisOptions: options,
        lazyConnect: bounds.lazyConnect,
        enableOfflineQueue: bounds.enableOfflineQueue,
        clusterRetryStrategy: reconnectDelayMs,
        slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
        slotsRefreshInterval: 5_000,
        ...(bounds === UNBOUNDED ? {} : REPORTED_AT_ONCE),
        // Certificates name hosts: an address looked up from the name would not match them.
        ...(tls ? { dnsLookup: (host: string, done: DnsAnswer) => done(null, host) } : {}),
      });
  }
}

/** A command that failed is reported and not sent again: no write happens after its answer. */
const REPORTED_AT_ONCE = { retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 } as const;

type DnsAnswer = (error: null, address: string) => void;

const UNBOUNDED = {
  lazyConnect: false,
  enableOfflineQueue: true,
  connectTimeout: 5_000,
  maxRetriesPerRequest: null,
} as const;

function boundedBy(timeoutMs: number) {
  return {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: timeoutMs,
    // A connection that has been silent for this long is dropped, and the late replies with it.
    socketTimeout: 2 * timeoutMs,
    disconnectTimeout: timeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Done by the store, which finds out what was missed: here it would go unnoticed.
    autoResubscribe: false,
    maxLoadingRetryTime: RECONNECT_AT_MOST_MS,
    disableClientInfo: true,
  } satisfies CommonRedisOptions & { disconnectTimeout: number };
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(25 * attempt, RECONNECT_AT_MOST_MS);
}

/** A connection to what is no primary any more is given up, once for all the commands that fail on it. */
function reconnectWhenReadOnly(): (error: Error) => boolean {
  let isGivenUp = false;
  return ({ message }) => {
    if (isGivenUp || !message.startsWith("READONLY")) return false;
    isGivenUp = true;
    setTimeout(() => {
      isGivenUp = false;
    }, RECONNECT_AT_MOST_MS).unref();
    return true;
  };
}

function sentinelCredentials({ username, password }: { username?: string; password?: string }) {
  return {
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
  };
}

function readTls(caFile: string | undefined): { ca?: string } {
  if (caFile === undefined) return {};
  try {
    return { ca: readFileSync(caFile, "utf8") };
  } catch (cause) {
    throw new StoreError("store_misconfigured", "the file named by ?ca= in the store URL cannot be read", {
      cause,
    });
  }
}

/** Connects; throws at once where only a person can help, else after five seconds of trying. */
export function connectRedis(client: RedisClient): Promise<void> {
  return new Promise((resolve, reject) => {
    let latest = new StoreError("store_unavailable", "Redis is out of reach");
    const timer = setTimeout(() => settle(() => reject(latest)), OPEN_TIMEOUT_MS);
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      for (const event of FAILURES) client.off(event, onFailure);
      client.off("ready", onReady);
      end();
    };
    const onReady = (): void => settle(resolve);
    const onFailure = (error: unknown): void => {
      latest = toRedisStoreError(error);
      if (latest.code === "store_misconfigured") settle(() => reject(latest));
    };
    for (const event of FAILURES) client.on(event, onFailure);
    client.once("ready", onReady);
    // Its failure is one of the events.
    client.connect().catch(() => {});
  });
}

const FAILURES = ["error", "node error", "sentinelError"] as const;

/** Logs when the connection is lost and when it is back, not each attempt between. */
export function logConnection(client: RedisClient, log: Log): void {
  let lost = false;
  client.on("error", (error: unknown) => {
    if (!lost) log(`store: ${toRedisStoreError(error).message}; trying again`);
    lost = true;
  });
  client.on("ready", () => {
    if (lost) log("store: Redis is back");
    lost = false;
  });
}
