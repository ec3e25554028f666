import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { getManyOfGeneration, openGenerations } from "../../src/store/generation.ts";
import { SHARDS, shardOf } from "../../src/store/key.ts";
import { openStore } from "../../src/store/open-store.ts";
import { redisKeyOf } from "../../src/store/redis-key.ts";
import type { Key, Store } from "../../src/store/store.ts";
import type { RedisServer } from "../support/redis-server.ts";
import {
  type Cluster,
  type SentinelFleet,
  startCluster,
  startSentinelFleet,
  until,
} from "../support/redis-topologies.ts";
import { requireTool } from "../support/require-tool.ts";
import { codeOf, collect, freshKey, recoveryMs, settled } from "./store-contract.ts";

const TIMEOUT_MS = 250;
const options = { clock: systemClock, timeoutMs: TIMEOUT_MS };

describe.if(requireTool("redis-sentinel"))("a store behind Sentinel", () => {
  let fleet: SentinelFleet;
  let store: Store;

  beforeAll(async () => {
    fleet = await startSentinelFleet();
    store = await openStore(fleet.url, options);
  }, 180_000);

  afterAll(async () => {
    await store.close();
    await fleet.stop();
  });

  test("a durable write is on a second server by the time it is called durable", async () => {
    const key = freshKey();
    expect(await store.setDurably(key, "revoked", null)).toBe(true);
    const copies = await Promise.all(fleet.replicas.map((replica) => replica.admin().get(redisKeyOf(key))));
    expect(copies.some((copy) => copy !== null)).toBe(true);
  });

  test("a write that no replica has is kept, and not called durable", async () => {
    const key = freshKey();
    for (const replica of fleet.replicas) replica.hang();
    const durable = await store.setDurably(key, "revoked", null);
    for (const replica of fleet.replicas) replica.resume();
    expect(durable).toBe(false);
    expect(await store.getMany([key])).toEqual(["revoked"]);
  });

  test("the primary hangs: no call answers wrongly, and every durable write is on the new primary", async () => {
    await until("a replica acknowledges", () => store.setDurably(freshKey(), "x", null));
    const revoked = freshKey();
    const heard: string[] = [];
    await store.subscribe("failover", (message) => heard.push(message));
    expect(await store.setDurably(revoked, "revoked", null)).toBe(true);
    const old = await primaryOf(fleet);
    old.hang();
    expect(await codeOf(store.getMany([revoked]))).toBe("store_unavailable");
    let current = old;
    await until("a replica is promoted", async () => {
      current = await primaryOf(fleet);
      return current !== old;
    });
    expect(await recoveryMs(store)).toBeLessThan(2_000);
    expect(await store.getMany([revoked])).toEqual(["revoked"]);
    old.resume();
    // It believes itself the primary for some seconds more, until the Sentinels tell it otherwise.
    expect((await old.admin().info("replication")).includes("role:master")).toBe(true);
    const written = freshKey();
    await store.set(written, "x", null);
    expect(await current.admin().exists(redisKeyOf(written))).toBe(1);
    expect(await store.getMany([revoked, written])).toEqual(["revoked", "x"]);
    await settled(() => {
      void store.publish("failover", "heard").catch(() => {});
      return heard.includes("heard");
    });
    expect(heard).toContain("heard");
  }, 180_000);
});

describe.if(requireTool("redis-server"))("a store on a Cluster", () => {
  let cluster: Cluster;
  let store: Store;

  beforeAll(async () => {
    cluster = await startCluster();
    store = await openStore(`redis+cluster://${cluster.hosts}`, options);
    await openGenerations(store, systemClock);
  }, 180_000);

  afterAll(async () => {
    await store.close();
    await cluster.stop();
  });

  test("keeps one subject on one node and spreads subjects over all", async () => {
    const subject = freshKey();
    await Promise.all(["a", "b", "c", "d"].map((part) => store.set([...subject, part], "x", null)));
    expect((await Promise.all(cluster.primaries.map((node) => namesOn(node, subject)))).sort()).toEqual([
      0, 0, 4,
    ]);
    const all = oneKeyPerShard();
    await Promise.all(all.map((key) => store.set(key, "x", null)));
    const spread = await Promise.all(cluster.primaries.map((node) => namesOn(node, ["spread"])));
    expect(Math.min(...spread)).toBeGreaterThan(0);
  });

  test("follows a slot that moves to another node", async () => {
    const key = freshKey();
    await store.set(key, "before", null);
    const [from, to] = await moveSlotOf(cluster, key);
    expect(await namesOn(from, key)).toBe(0);
    expect(await namesOn(to, key)).toBe(1);
    expect(await store.getMany([key])).toEqual(["before"]);
    await store.set(key, "after", null);
    expect(await collect(store.scan(key))).toEqual({ [JSON.stringify(key)]: "after" });
  });

  test("a node killed: its keys are out of reach, the others are not, and it serves again on its return", async () => {
    const lost = firstOf(cluster.primaries);
    const { on, off } = await splitByOwner(cluster, lost);
    const [there, elsewhere] = [firstOf(on), firstOf(off)];
    await lost.kill();
    expect(new Set(await Promise.all(on.map((key) => codeOf(store.getMany([key])))))).toEqual(
      new Set(["store_unavailable"]),
    );
    expect(new Set(await Promise.all(off.map((key) => codeOf(store.getMany([key])))))).toEqual(
      new Set(["no error"]),
    );
    expect(await codeOf(store.getMany([there, elsewhere]))).toBe("store_unavailable");
    // A scan that left the lost node out would look complete.
    expect(await codeOf(collect(store.scan(["spread"])))).toBe("store_unavailable");
    const before = await getManyOfGeneration(store, systemClock, [elsewhere]);
    await lost.restart();
    await until("the node serves again", async () => (await codeOf(store.getMany(on))) === "no error");
    // It came back empty. Whoever logged in before may have been revoked there; elsewhere nothing changed.
    const read = await getManyOfGeneration(store, systemClock, [there]);
    expect(read.values).toEqual([null]);
    expect(read.generation.bornAt).toBeGreaterThan(before.generation.bornAt);
    const after = await getManyOfGeneration(store, systemClock, [elsewhere]);
    expect(after.generation).toEqual(before.generation);
  }, 180_000);

  test("a node hung: its keys are out of reach in time, and are back when it wakes", async () => {
    const keys = oneKeyPerShard();
    await Promise.all(keys.map((key) => store.set(key, "x", null)));
    const hung = firstOf(cluster.primaries);
    hung.hang();
    const codes = [await codeOf(store.getMany(keys)), await codeOf(store.getMany(keys))];
    hung.resume();
    expect(codes).toEqual(["store_unavailable", "store_unavailable"]);
    await until("the node serves again", async () => (await codeOf(store.getMany(keys))) === "no error");
    expect(await store.getMany(keys)).toEqual(keys.map(() => "x"));
  }, 180_000);
});

/** One key in each shard. */
function oneKeyPerShard(): readonly Key[] {
  const byShard = new Map<number, Key>();
  for (let n = 0; byShard.size < SHARDS; n++) {
    const key: Key = ["spread", String(n)];
    if (!byShard.has(shardOf(key))) byShard.set(shardOf(key), key);
  }
  return [...byShard.values()];
}

/** The keys of `oneKeyPerShard`, by whether the node has them. */
async function splitByOwner(cluster: Cluster, node: RedisServer): Promise<{ on: Key[]; off: Key[] }> {
  const split: { on: Key[]; off: Key[] } = { on: [], off: [] };
  for (const key of oneKeyPerShard()) {
    split[(await ownerOf(cluster, key)) === node ? "on" : "off"].push(key);
  }
  return split;
}

function firstOf<T>(items: readonly T[]): T {
  const [first] = items;
  if (first === undefined) throw new Error("none");
  return first;
}

async function namesOn(node: RedisServer, prefix: Key): Promise<number> {
  const admin = node.admin();
  const names = await admin.keys("*");
  admin.disconnect();
  const start = prefix.length > 1 ? redisKeyOf(prefix) : `}:${prefix[0]}:`;
  return names.filter((name) => name.includes(start)).length;
}

async function ownerOf(cluster: Cluster, key: Key): Promise<RedisServer> {
  for (const node of cluster.primaries) {
    const admin = node.admin();
    const moved = await admin.get(redisKeyOf(key)).then(
      () => false,
      () => true,
    );
    admin.disconnect();
    if (!moved) return node;
  }
  throw new Error("no node owns the key");
}

async function moveSlotOf(cluster: Cluster, key: Key): Promise<readonly [RedisServer, RedisServer]> {
  const from = await ownerOf(cluster, key);
  const to = cluster.primaries.find((node) => node !== from) ?? from;
  const [source, target] = [from.admin(), to.admin()];
  const slot = await source.cluster("KEYSLOT", redisKeyOf(key));
  const [fromId, toId] = [String(await source.cluster("MYID")), String(await target.cluster("MYID"))];
  await target.cluster("SETSLOT", slot, "IMPORTING", fromId);
  await source.cluster("SETSLOT", slot, "MIGRATING", toId);
  const names = await source.cluster("GETKEYSINSLOT", slot, 1_000);
  await source.migrate("127.0.0.1", to.port, "", 0, 5_000, "KEYS", ...names);
  for (const node of [target, source]) await node.cluster("SETSLOT", slot, "NODE", toId);
  return [from, to];
}

async function primaryOf({ sentinels, primary, replicas }: SentinelFleet): Promise<RedisServer> {
  const answers = await Promise.all(
    sentinels.map((sentinel) => sentinel.admin().call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main")),
  );
  const ports = answers.map((answer) => (Array.isArray(answer) ? Number(answer[1]) : 0));
  const named = [primary, ...replicas].find(({ port }) => ports.every((own) => own === port));
  return named ?? primary;
}
