import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Redis } from "ioredis";
import { startFaultProxy } from "../../scripts/chaos/fault-proxy.ts";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { connectRedis, createRedisClient } from "../../src/store/redis-client.ts";
import { RedisCollections } from "../../src/store/redis-collection.ts";
import { unsealValue } from "../../src/store/redis-envelope.ts";
import { redisHashOf, redisKeyOf, redisStampOf } from "../../src/store/redis-key.ts";
import { RedisReads } from "../../src/store/redis-reads.ts";
import type { Store } from "../../src/store/store.ts";
import { parseStoreUrl } from "../../src/store/store-url.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { requireTool } from "../support/require-tool.ts";
import { codeOf, freshKey } from "./store-contract.ts";

const TIMEOUT_MS = 2_000;

describe.if(requireTool("redis-server"))("reading from Redis", () => {
  let server: RedisServer;
  let admin: Redis;
  let store: Store;
  let other: Store;
  let aheadMs: number;

  beforeAll(async () => {
    server = await startRedis();
    admin = server.admin();
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    aheadMs = 0;
    const open = () =>
      openStore(`redis://127.0.0.1:${server.port}`, {
        clock: () => systemClock() + aheadMs,
        timeoutMs: TIMEOUT_MS,
      });
    [store, other] = await Promise.all([open(), open()]);
  });
  afterEach(() => Promise.all([store.close(), other.close()]));

  /** The commands that Redis was sent meanwhile, in alphabetical order. */
  async function commandsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
    await admin.config("RESETSTAT");
    await work();
    const stats = await admin.info("commandstats");
    const counted = [...stats.matchAll(/cmdstat_(\w+)[^:]*:calls=(\d+)/g)];
    return counted
      .flatMap(([, name = "", calls]) => Array.from({ length: Number(calls) }, () => name))
      .filter((name) => !["config", "info", "ping", "subscribe"].includes(name))
      .toSorted();
  }

  const inAMinute = () => systemClock() + 60_000;

  test.each([":1", "+OK", "*0", "*1\r\n:7", "#t", "%0", ",1.5"])(
    "what is no reply to a read, such as %j, is an error, and never what is held or that nothing is",
    async (line) => {
      await using proxy = await startFaultProxy({ host: "127.0.0.1", port: server.port }, Math.random);
      const far = await openStore(`redis://127.0.0.1:${proxy.port}`, {
        clock: systemClock,
        timeoutMs: TIMEOUT_MS,
      });
      const [a, b] = [freshKey(), freshKey()];
      await far.set(a, "one", null);
      proxy.setFault({ kind: "reply", line });
      const reads = [far.getMany([a, b]), far.getAgain([a, b], []), far.getMany([a])];
      expect(await Promise.all(reads.map(codeOf))).toEqual(reads.map(() => "store_unavailable"));
      proxy.setFault({ kind: "none" });
      expect(await far.getMany([a, b])).toEqual(["one", null]);
      await far.close();
    },
  );

  test("reads of one turn are one command, and one that tells what is missing from what is wrong", async () => {
    const [a, b, c] = [freshKey(), freshKey(), freshKey()];
    await store.set(a, "one", null);
    const read = () => Promise.all([store.getMany([a, b]), store.getMany([c]), store.getAgain([a], [])]);
    expect(await read()).toEqual([["one", null], [null], ["one"]]);
    expect(await commandsOf(read)).toEqual(["exists", "mget"]);
    expect(await commandsOf(() => store.getAgain([a, b], []))).toEqual(["mget"]);
  });

  test("what says the same again is given back as it was, until some of it expires", async () => {
    const [a, b, none] = [freshKey(), freshKey(), freshKey()];
    await store.set(a, "x", systemClock() + 30_000);
    await store.set(b, "y", null);
    const before = await store.getMany([a, b, none]);
    expect(await store.getAgain([a, b, none], before)).toBe(before);
    await other.set(b, "z", null);
    const changed = await store.getAgain([a, b, none], before);
    expect(changed).toEqual(["x", "z", null]);
    // Redis still holds it: the clock that counts is ours.
    aheadMs = 30_000;
    expect(await store.getAgain([a, b, none], changed)).toEqual([null, "z", null]);
  });

  test("what is wrong with a key of one caller is nothing to another", async () => {
    const [good, missing, bad] = [freshKey(), freshKey(), freshKey()];
    await store.set(good, "x", null);
    await admin.rpush(redisKeyOf(bad), "x");
    const outcomes = [
      store.getMany([good, missing]),
      store.getMany([bad, missing]),
      store.getAgain([bad, good], []),
    ];
    const [right, wrong, unchecked] = await Promise.allSettled(outcomes);
    expect(right).toMatchObject({ value: ["x", null] });
    expect(wrong).toMatchObject({ reason: { code: "store_corrupt" } });
    expect(unchecked).toMatchObject({ value: [null, "x"] });
  });

  describe("a collection", () => {
    test("that has not changed is not read again", async () => {
      const collection = freshKey();
      await store.put(collection, "m", "x", inAMinute());
      const first = await store.members(collection);
      expect(await commandsOf(() => store.members(collection))).toEqual(["get"]);
      expect(await store.members(collection)).toEqual(first);
      // Beside other reads it costs none of its own.
      const beside = () => Promise.all([store.members(collection), store.getAgain([freshKey()], [])]);
      expect(await commandsOf(beside)).toEqual(["mget"]);
    });

    test("that was changed elsewhere is read again, whichever way it was changed", async () => {
      const collection = freshKey();
      await store.put(collection, "put", "first", inAMinute());
      await store.members(collection);
      await other.put(collection, "put", "second", inAMinute());
      expect([...(await store.members(collection)).values()]).toEqual(["second"]);
      await other.add(collection, "added", "third", inAMinute());
      expect([...(await store.members(collection)).values()].toSorted()).toEqual(["second", "third"]);
      expect((await other.members(collection)).size).toBe(2);
    });

    test("that changes while many read it is an error to none of them", async () => {
      const collection = freshKey();
      await store.put(collection, "m", "0", inAMinute());
      const reads: Promise<ReadonlyMap<string, string>>[] = [];
      for (let change = 0; change < 50; change++) {
        reads.push(store.members(collection));
        await other.put(collection, "m", String(change), inAMinute());
        reads.push(
          store.members(collection),
          Bun.sleep(0).then(() => store.members(collection)),
        );
      }
      expect((await Promise.all(reads)).every(({ size }) => size === 1)).toBe(true);
      expect((await store.members(collection)).get("m")).toBe("49");
    });

    test("is read again each time while it has no stamp", async () => {
      const collection = freshKey();
      await store.put(collection, "m", "x", inAMinute());
      await admin.del(redisStampOf(collection));
      const read = () => store.members(collection);
      expect(await commandsOf(read)).toContain("hgetall");
      expect(await commandsOf(read)).toContain("hgetall");
    });

    test("whose change has left no stamp is read again within a minute", async () => {
      const collection = freshKey();
      await store.put(collection, "m", "x", systemClock() + 600_000);
      await store.members(collection);
      await admin.del(redisHashOf(collection));
      expect((await store.members(collection)).size).toBe(1);
      aheadMs = 60_000;
      expect((await store.members(collection)).size).toBe(0);
    });

    test("loses a member when it expires, whatever the stamp", async () => {
      const collection = freshKey();
      await store.put(collection, "long", "x", systemClock() + 600_000);
      await store.put(collection, "short", "x", systemClock() + 30_000);
      expect((await store.members(collection)).size).toBe(2);
      aheadMs = 30_000;
      expect([...(await store.members(collection)).keys()]).toEqual(["long"]);
    });

    test("that Redis has lost is empty, not as it was", async () => {
      const collection = freshKey();
      await store.put(collection, "m", "x", inAMinute());
      await store.members(collection);
      await admin.flushall();
      expect(await store.members(collection)).toEqual(new Map());
    });

    test("whose stamp is that of another is read again", async () => {
      const [collection, another] = [freshKey(), freshKey()];
      for (const each of [collection, another]) {
        await store.put(each, "m", `of ${each[1]}`, inAMinute());
        await store.members(each);
      }
      await admin.copy(redisStampOf(another), redisStampOf(collection), "REPLACE");
      const read = () => store.members(collection);
      expect(await commandsOf(read)).toContain("hgetall");
      expect(await read()).toEqual(new Map([["m", `of ${collection[1]}`]]));
    });

    test("that Redis loses while it is read is an error, and not empty", async () => {
      const location = parseStoreUrl(`redis://127.0.0.1:${server.port}`);
      if (location.driver !== "redis") throw new Error("the URL names no Redis");
      const client = createRedisClient(location, TIMEOUT_MS);
      await connectRedis(client);
      let roundTrips = Number.NEGATIVE_INFINITY;
      /** Loses everything between the two round trips of a collection that was changed. */
      class LosingReads extends RedisReads {
        override async string(name: string) {
          if (++roundTrips === 2) await admin.flushall();
          return super.string(name);
        }
      }
      const reads = new LosingReads(client);
      const collections = new RedisCollections({ client, reads, clock: systemClock, unseal: unsealValue });
      const collection = freshKey();
      await collections.put(collection, "m", "x", inAMinute());
      await collections.members(collection);
      await other.put(collection, "m", "y", inAMinute());
      roundTrips = 0;
      expect(await codeOf(collections.members(collection))).toBe("store_unavailable");
      client.disconnect();
    });
  });
});
