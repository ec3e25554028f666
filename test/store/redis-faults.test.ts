import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { redisKeyOf } from "../../src/store/redis-key.ts";
import { type Key, type Store, StoreError } from "../../src/store/store.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { requireTool } from "../support/require-tool.ts";
import { codeOf, collect, freshKey, recoveryMs, settled } from "./store-contract.ts";

/** Longer than the default, for machines that stall. */
const TIMEOUT_MS = 250;

/** What every call must come to while the store cannot answer: an error, and never "there is none". */
const UNAVAILABLE = Array.from({ length: 7 }, () => "store_unavailable");

function everyCall(store: Store, key: Key): Promise<string[]> {
  const calls: Promise<unknown>[] = [
    store.getMany([key]),
    store.set(key, "x", null),
    store.setDurably(key, "x", null),
    store.delete([key]),
    collect(store.scan(key)),
    store.claim(key, "x", null),
    store.publish("topic", "x"),
  ];
  return Promise.all(calls.map(codeOf));
}

describe.if(requireTool("redis-server"))("a Redis that fails", () => {
  let server: RedisServer;
  let admin: Redis;
  let store: Store;
  let log: string[];

  beforeAll(async () => {
    server = await startRedis({ settings: ["--enable-debug-command", "local"] });
  });

  afterAll(() => server.stop());

  beforeEach(async () => {
    log = [];
    admin = server.admin();
    store = await openStore(`redis://127.0.0.1:${server.port}`, {
      clock: systemClock,
      timeoutMs: TIMEOUT_MS,
      log: (message) => log.push(message),
    });
  });

  afterEach(async () => {
    admin.disconnect();
    await store.close();
  });

  test("killed: every call is an error at once, and within two seconds of its return it serves again", async () => {
    const key = freshKey();
    const heard: string[] = [];
    await store.subscribe("after the restart", (message) => heard.push(message));
    await store.set(key, "kept in memory only", null);
    await server.kill();
    expect(await everyCall(store, key)).toEqual(UNAVAILABLE);
    expect(await codeOf(store.subscribe("topic", () => {}))).toBe("store_unavailable");
    await Bun.sleep(300);
    await server.restart();
    expect(await recoveryMs(store)).toBeLessThan(2_000);
    // The server kept nothing on disk. That this is not "never revoked" is the generation's work.
    expect(await store.getMany([key])).toEqual([null]);
    await settled(() => {
      void store.publish("after the restart", "heard").catch(() => {});
      return heard.includes("heard");
    });
    expect(heard).toContain("heard");
    expect(log.length).toBe(2);
    expect(log[1]).toBe("store: Redis is back");
  });

  test("hung: every call is an error in time, later ones at once, and it serves again when it wakes", async () => {
    const key = freshKey();
    await store.set(key, "before", null);
    server.hang();
    try {
      const late = Bun.sleep(1.6 * TIMEOUT_MS).then(() => ["late"]);
      expect(await Promise.race([everyCall(store, key), late])).toEqual(UNAVAILABLE);
      await settled(() => log.length > 0);
      // The connection is given up by now: no request waits for its deadline, and nothing piles up.
      expect(await everyCall(store, key)).toEqual(UNAVAILABLE);
    } finally {
      server.resume();
    }
    expect(await recoveryMs(store)).toBeLessThan(2_000);
  });

  test("hung or killed, a client with its defaults would wait and never tell (control)", async () => {
    const client = new Redis({ host: "127.0.0.1", port: server.port });
    client.on("error", () => {});
    await client.ping();
    server.hang();
    const waiting = client.get("any").then(
      () => "answered",
      () => "failed",
    );
    const outcome = await Promise.race([waiting, Bun.sleep(500).then(() => "waiting")]);
    server.resume();
    client.disconnect();
    expect(outcome).toBe("waiting");
  });

  test("paused: what was asked before is answered by an error, and never by another's value", async () => {
    const keys = Array.from({ length: 50 }, () => freshKey());
    await Promise.all(keys.map((key, n) => store.set(key, String(n), null)));
    let right = 0;
    let errors = 0;
    for (let round = 0; round < 6; round++) {
      if (round % 3 === 1) await admin.client("PAUSE", 2 * TIMEOUT_MS, "ALL");
      const read = keys.map(async (key, n) => {
        const [value] = await store.getMany([key]);
        if (value !== String(n)) throw new Error(`key ${n} answered ${value}`);
        right++;
      });
      for (const outcome of await Promise.allSettled(read)) {
        if (outcome.status === "fulfilled") continue;
        expect(outcome.reason).toBeInstanceOf(StoreError);
        errors++;
      }
      if (round % 3 === 2) await recoveryMs(store);
    }
    expect(right + errors).toBe(6 * keys.length);
    expect(Math.min(right, errors)).toBeGreaterThan(0);
  });

  test("full: writes are refused as such while reads go on, and room makes it well", async () => {
    const [kept, key] = [freshKey(), freshKey()];
    await store.set(kept, "kept", null);
    await admin.config("SET", "maxmemory", "1");
    const writes = [store.set(key, "x", null), store.setDurably(key, "x", null), store.claim(key, "x", null)];
    const codes = await Promise.all(writes.map(codeOf));
    const read = await store.getMany([kept, key]);
    await admin.config("SET", "maxmemory", "0");
    expect(codes).toEqual(["store_full", "store_full", "store_full"]);
    expect(read).toEqual(["kept", null]);
    expect(await recoveryMs(store)).toBeLessThan(2_000);
  });

  test("turned into a replica: writes are errors, and it serves again as a primary", async () => {
    const key = freshKey();
    const before = await connectedClients(admin);
    await admin.replicaof("127.0.0.1", "1");
    const codes = [await codeOf(store.set(key, "x", null)), await codeOf(store.claim(key, "x", null))];
    await admin.replicaof("NO", "ONE");
    expect(codes).toEqual(["store_unavailable", "store_unavailable"]);
    expect(await recoveryMs(store)).toBeLessThan(2_000);
    // It connected anew: the name in the URL may by then lead to another server.
    expect(await connectedClients(admin)).not.toEqual(before);
  });

  test("turned into a replica under load: the connection is given up once, whatever many commands fail on it", async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on("warning", warn);
    await admin.replicaof("127.0.0.1", "1");
    const writes = Array.from({ length: 100 }, () => codeOf(store.set(freshKey(), "x", null)));
    expect(new Set(await Promise.all(writes))).toEqual(new Set(["store_unavailable"]));
    await admin.replicaof("NO", "ONE");
    await recoveryMs(store);
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  });

  test("of another type: a key that holds no string is corrupt, and not absent", async () => {
    const [good, bad] = [freshKey(), freshKey()];
    await store.set(good, "x", null);
    await admin.rpush(redisKeyOf(bad), "x");
    expect(await codeOf(store.getMany([good, bad]))).toBe("store_corrupt");
    expect(await codeOf(store.claim(bad, "x", null))).toBe("store_corrupt");
    expect(await codeOf(collect(store.scan(bad)))).toBe("store_corrupt");
    expect(await store.getMany([good])).toEqual(["x"]);
  });

  test("of another type: MGET would have called it absent (control)", async () => {
    const bad = redisKeyOf(freshKey());
    await admin.rpush(bad, "x");
    expect(await admin.mget(bad)).toEqual([null]);
  });

  test("with a reply that belongs to another key (CVE-2025-29923): corrupt, and the connection is dropped", async () => {
    const [alice, bob] = [freshKey("alice"), freshKey("bob")];
    await store.set(alice, "alice's session", null);
    await admin.copy(redisKeyOf(alice), redisKeyOf(bob));
    const before = await connectedClients(admin);
    expect(await codeOf(store.getMany([bob]))).toBe("store_corrupt");
    await recoveryMs(store);
    expect(await connectedClients(admin)).not.toEqual(before);
    expect(await codeOf(store.claim(bob, "x", null))).toBe("store_corrupt");
    await recoveryMs(store);
    expect(await codeOf(collect(store.scan(bob)))).toBe("store_corrupt");
  });

  test.each([
    "",
    "x",
    '{"a":1}',
    "\n\n",
    "other\n\nx",
    "KEY",
    "KEY\n",
    "KEY\n1x\nv",
    "KEY\n-1\nv",
    "KEY \n\nv",
  ])("with %j where Postern wrote nothing: corrupt, and not absent", async (foreign) => {
    const key = freshKey();
    await admin.set(redisKeyOf(key), foreign.replace("KEY", redisKeyOf(key)));
    expect(await codeOf(store.getMany([key]))).toBe("store_corrupt");
    await recoveryMs(store);
    expect(await codeOf(store.claim(key, "x", null))).toBe("store_corrupt");
  });

  test("with a key of ours that we did not write: a scan fails rather than leave it out", async () => {
    const key = freshKey();
    await store.set(key, "x", null);
    const name = `${redisKeyOf(key)}not a key`;
    await admin.set(name, `${name}\n\nx`);
    expect(await codeOf(collect(store.scan(key)))).toBe("store_corrupt");
    await admin.del(name);
  });

  test("an expiry counts by Postern's clock too, where Redis is behind", async () => {
    const key = freshKey();
    await store.set(key, "x", systemClock() + 60_000);
    const ahead = await openStore(`redis://127.0.0.1:${server.port}`, {
      clock: () => systemClock() + 120_000,
    });
    expect(await ahead.getMany([key])).toEqual([null]);
    expect(await collect(ahead.scan(key))).toEqual({});
    // For a claim the key is held as long as Redis holds it: two winners would be worse than none.
    expect(await ahead.claim(key, "y", null)).toEqual({ claimed: false, value: "x" });
    await ahead.close();
  });

  test("no error carries the value, the key or the password with it", async () => {
    const key = freshKey();
    await admin.rpush(redisKeyOf(key), "x");
    const error = await store.claim(key, "a secret value", null).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StoreError);
    expect(Bun.inspect(error)).not.toContain("a secret value");
    for (const scheme of ["redis", "redis+cluster"]) {
      const url = `${scheme}://someone:topsecret@127.0.0.1:${server.port}`;
      const refused = await openStore(url, { clock: systemClock }).catch((caught: unknown) => caught);
      expect(refused).toBeInstanceOf(StoreError);
      expect(Bun.inspect(refused, { depth: 10 })).not.toContain("topsecret");
    }
  });
});

describe.if(requireTool("redis-server"))("a Redis that is still loading its data", () => {
  test("is out of reach, and not empty; then everything is there", async () => {
    const settings = ["--loading-process-events-interval-bytes", "1024", "--key-load-delay", "300"];
    await using server = await startRedis({ settings });
    const store = await openStore(`redis://127.0.0.1:${server.port}`, {
      clock: systemClock,
      timeoutMs: TIMEOUT_MS,
    });
    try {
      const key = freshKey();
      await store.set(key, "kept", null);
      const admin = server.admin();
      await admin.mset(
        Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`filler ${n}`, "x".repeat(100)])),
      );
      await admin.save();
      await server.kill();
      await server.restart();
      const asking = server.admin({ enableReadyCheck: false });
      const whileLoading: string[] = [];
      while ((await asking.info("persistence")).includes("loading:1")) {
        whileLoading.push(...(await everyCall(store, key)));
        await Bun.sleep(20);
      }
      expect(whileLoading.length).toBeGreaterThan(0);
      expect([...new Set(whileLoading)]).toEqual(["store_unavailable"]);
      expect(await recoveryMs(store)).toBeLessThan(2_000);
      expect(await store.getMany([key])).toEqual(["kept"]);
    } finally {
      await store.close();
    }
  }, 180_000);
});

async function connectedClients(admin: Redis): Promise<string[]> {
  const list = String(await admin.client("LIST"));
  return [...list.matchAll(/^id=(\d+)/gm)].map(([, id]) => id ?? "");
}
