import { describe, expect, test } from "bun:test";
import { getManyOfGeneration, openGenerations } from "../../src/store/generation.ts";
import { SHARDS, shardOf } from "../../src/store/key.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Key, Store } from "../../src/store/store.ts";
import { Topics } from "../../src/store/topics.ts";
import { codeOf, collect } from "./store-contract.ts";

const SESSION: Key = ["session", "alice"];
const REVOKED: Key = ["revoked", "alice"];

/** A store, a clock that the test moves, and a login at the time the store was opened. */
async function setUp(Kind = MemoryStore) {
  let now = 1_000_000;
  const clock = () => now;
  const store = new Kind(clock, new Topics(() => {}));
  await openGenerations(store, clock);
  return { store, clock, pass: (ms: number) => (now += ms) };
}

/** What a node that restarts empty does to everything, or to the entries of one shard. */
async function lose(store: Store, lost: (key: Key) => boolean = () => true): Promise<void> {
  const keys: Key[] = [];
  for (const part of ["session", "revoked", "generation"]) {
    for await (const { key } of store.scan([part])) if (lost(key)) keys.push(key);
  }
  await store.delete(keys);
}

describe("the generation of a store", () => {
  test("is read together with the values, in one round trip", async () => {
    let roundTrips = 0;
    class CountingStore extends MemoryStore {
      override getMany(keys: readonly Key[]) {
        roundTrips++;
        return super.getMany(keys);
      }
    }
    const { store, clock } = await setUp(CountingStore);
    await store.set(SESSION, "live", null);
    roundTrips = 0;
    const read = await getManyOfGeneration(store, clock, [SESSION, REVOKED]);
    expect(read.values).toEqual(["live", null]);
    expect(read.generation.bornAt).toBe(1_000_000);
    expect(roundTrips).toBe(1);
  });

  test("stays the same while the store lives, however often it is opened", async () => {
    const { store, clock, pass } = await setUp();
    const before = await getManyOfGeneration(store, clock, [SESSION]);
    pass(3_600_000);
    await openGenerations(store, clock);
    expect((await getManyOfGeneration(store, clock, [SESSION])).generation).toEqual(before.generation);
  });

  test("begins anew when the store is found empty: a login older than that may have been revoked", async () => {
    const { store, clock, pass } = await setUp();
    const loginAt = clock();
    await store.set(REVOKED, String(clock()), null);
    pass(1_000);
    await lose(store);
    const { values, generation } = await getManyOfGeneration(store, clock, [REVOKED]);
    expect(values).toEqual([null]);
    expect(loginAt < generation.bornAt).toBe(true);
  });

  test("without the generation the forgotten revocation would have let the login back in (control)", async () => {
    const { store, clock, pass } = await setUp();
    await store.set(REVOKED, String(clock()), null);
    pass(1_000);
    await lose(store);
    expect(await store.getMany([REVOKED])).toEqual([null]);
  });

  test("a login after the loss belongs to the new generation, for every process", async () => {
    const { store, clock, pass } = await setUp();
    pass(1_000);
    await lose(store);
    const first = await getManyOfGeneration(store, clock, [SESSION]);
    pass(1_000);
    const loginAt = clock();
    const second = await getManyOfGeneration(store, clock, [SESSION]);
    expect(second.generation).toEqual(first.generation);
    expect(loginAt >= second.generation.bornAt).toBe(true);
  });

  test("one shard that is lost makes the logins of that shard old, and no others", async () => {
    const { store, clock, pass } = await setUp();
    const elsewhere = Array.from({ length: 100 }, (_, n): Key => ["session", String(n)]).find(
      (key) => shardOf(key) !== shardOf(SESSION),
    );
    if (elsewhere === undefined) throw new Error("all keys in one shard");
    pass(5_000);
    await lose(store, (key) => shardOf(key) === shardOf(SESSION));
    expect((await getManyOfGeneration(store, clock, [elsewhere])).generation.bornAt).toBe(1_000_000);
    expect((await getManyOfGeneration(store, clock, [SESSION])).generation.bornAt).toBe(1_005_000);
    expect((await getManyOfGeneration(store, clock, [elsewhere, SESSION])).generation.bornAt).toBe(1_005_000);
  });

  test("a loss between reading the values and reading the generation is seen", async () => {
    class LosingStore extends MemoryStore {
      override async getMany([first, ...rest]: readonly Key[]) {
        const value = first === undefined ? [] : await super.getMany([first]);
        if (first === SESSION) await lose(this);
        return [...value, ...(await super.getMany(rest))];
      }
    }
    const { store, clock, pass } = await setUp(LosingStore);
    await store.set(SESSION, "live", null);
    pass(1_000);
    const { generation } = await getManyOfGeneration(store, clock, [SESSION]);
    expect(generation.bornAt).toBe(1_001_000);
  });

  test("marks every shard once, for ever", async () => {
    const { store, clock, pass } = await setUp();
    await openGenerations(store, clock);
    pass(10 * 365 * 86_400_000);
    expect(Object.keys(await collect(store.scan(["generation"]))).length).toBe(SHARDS);
  });

  test.each([
    "",
    "{",
    "null",
    '{"id":"x"}',
    '{"id":"","born_at":1}',
    '{"id":"x","born_at":"1"}',
    '{"id":"x","born_at":1e400}',
  ])("a mark that reads %j is corrupt, and no generation", async (mark) => {
    const { store, clock } = await setUp();
    for await (const { key } of store.scan(["generation"])) await store.set(key, mark, null);
    expect(await codeOf(getManyOfGeneration(store, clock, [SESSION]))).toBe("store_corrupt");
  });

  test("a store out of reach has no generation", async () => {
    const { store, clock } = await setUp();
    await store.close();
    expect(await codeOf(getManyOfGeneration(store, clock, [SESSION]))).toBe("store_unavailable");
  });
});
