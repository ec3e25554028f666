import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { startCluster } from "../support/redis-topologies.ts";
import { requireTool } from "../support/require-tool.ts";
import { settled } from "./store-contract.ts";

/** What a listener hears where it may have missed something. */
const MISSED = "";
/** Longer than the default, for machines that stall. */
const options = { clock: systemClock, timeoutMs: 250 };

interface Listening {
  readonly heard: string[];
  readonly log: string[];
  readonly store: Store;
}

async function listenAt(url: string): Promise<Listening> {
  const [heard, log]: [string[], string[]] = [[], []];
  const store = await openStore(url, { ...options, log: (message) => log.push(message) });
  await store.subscribe("news", (message) => heard.push(message));
  return { heard, log, store };
}

/** Publishes until it is heard. */
async function isHeard({ heard, store }: Listening, message: string): Promise<boolean> {
  await settled(() => {
    if (!heard.includes(message)) void store.publish("news", message).catch(() => {});
    return heard.includes(message);
  });
  return heard.includes(message);
}

/** Ends each connection that somebody listens on, at each of the servers. */
async function cutListeners(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.admin().call("CLIENT", "KILL", "TYPE", "pubsub")));
}

describe.if(requireTool("redis-server"))("whoever listens at a Redis", () => {
  let server: RedisServer;
  let listening: Listening;

  beforeEach(async () => {
    server = await startRedis();
    listening = await listenAt(`redis://127.0.0.1:${server.port}`);
  });

  afterEach(async () => {
    await listening.store.close();
    await server.stop();
  });

  test("is told nothing but the messages while all is well", async () => {
    await Bun.sleep(700);
    await listening.store.publish("news", "one");
    await settled(() => listening.heard.length > 0);
    expect(listening.heard).toEqual(["one"]);
  });

  test("hears again after the connection was cut, and is told that something may have been missed", async () => {
    await cutListeners([server]);
    await settled(() => listening.heard.includes(MISSED));
    expect(listening.heard).toEqual([MISSED]);
    expect(await isHeard(listening, "one")).toBe(true);
  });

  test("is told again and again while Redis lets nobody listen, and hears once it does", async () => {
    const admin = server.admin();
    await admin.call("ACL", "SETUSER", "default", "-subscribe");
    await cutListeners([server]);
    await settled(() => listening.heard.length >= 4);
    expect(new Set(listening.heard)).toEqual(new Set([MISSED]));
    // All else goes on: nothing but that would tell that revocations are not heard of.
    expect(await listening.store.getMany([["any"]])).toEqual([null]);
    await admin.call("ACL", "SETUSER", "default", "+subscribe");
    expect(await isHeard(listening, "one")).toBe(true);
    expect(listening.log.filter((line) => line.includes("messages are"))).toEqual([
      "store: messages are not heard; what is cached does not count meanwhile",
      "store: messages are heard again",
    ]);
  });

  test("is told that a Redis has fallen silent, though nothing is asked of it", async () => {
    server.hang();
    await settled(() => listening.heard.length > 0);
    server.resume();
    expect(listening.heard[0]).toBe(MISSED);
  });

  test("who no longer listens is told nothing", async () => {
    const heard: string[] = [];
    const stop = await listening.store.subscribe("weather", (message) => heard.push(message));
    stop();
    await cutListeners([server]);
    expect(await isHeard(listening, "one")).toBe(true);
    expect(heard).toEqual([]);
  });
});

describe.if(requireTool("redis-server"))("whoever listens at a Cluster", () => {
  test("hears again when its node hangs, and is told that something may have been missed", async () => {
    const cluster = await startCluster();
    const listening = await listenAt(`redis+cluster://${cluster.hosts}`);
    try {
      await cutListeners(cluster.primaries);
      await settled(() => listening.heard.includes(MISSED));
      expect(await isHeard(listening, "one")).toBe(true);
      const node = await findListened(cluster.primaries);
      node?.hang();
      expect(await isHeard(listening, "two")).toBe(true);
      node?.resume();
      expect(listening.heard.filter((message) => message === MISSED).length).toBeGreaterThan(1);
    } finally {
      await listening.store.close();
      await cluster.stop();
    }
  }, 180_000);
});

/** The node that somebody listens at. */
async function findListened(servers: readonly RedisServer[]): Promise<RedisServer | undefined> {
  for (const server of servers) {
    const channels: unknown = await server.admin().call("PUBSUB", "CHANNELS");
    if (Array.isArray(channels) && channels.length > 0) return server;
  }
  return undefined;
}
