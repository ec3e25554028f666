import type { Clock } from "../clock.ts";
import { checkEntry, isLive } from "./entry.ts";
import type { RedisClient } from "./redis-client.ts";
import { RedisCollections } from "./redis-collection.ts";
import { isSealed, sealValue, type Unsealed, unsealValue } from "./redis-envelope.ts";
import { toRedisStoreError } from "./redis-error.ts";
import { keyOfRedis, redisChannelOf, redisKeyOf, redisPatternOf } from "./redis-key.ts";
import { RedisReads } from "./redis-reads.ts";
import { scanRedisKeys } from "./redis-scan.ts";
import { RedisSubscriptions } from "./redis-subscriptions.ts";
import { type Claim, type Key, type Store, StoreError } from "./store.ts";
import type { Log, Topics } from "./topics.ts";

/** Keeps everything in Redis 7 or later, for a fleet of processes: one server, Sentinel or Cluster. */
export class RedisStore implements Store {
  readonly #client: RedisClient;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #reads: RedisReads;
  readonly #collections: RedisCollections;
  /** What values were read as, and when the first of them expires. */
  readonly #opened = new WeakMap<
    readonly (string | null)[],
    { readonly sealed: readonly (string | null)[]; readonly until: number }
  >();
  readonly #subscriptions: RedisSubscriptions;

  /** `client` is connected, and its commands are bounded by `timeoutMs`. */
  constructor(client: RedisClient, clock: Clock, topics: Topics, log: Log, timeoutMs: number) {
    this.#client = client;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    const unseal = (name: string, sealed: string) => this.#unseal(name, sealed);
    this.#reads = new RedisReads(client);
    this.#collections = new RedisCollections({ client, reads: this.#reads, clock, unseal });
    this.#subscriptions = new RedisSubscriptions({ client, topics, log, timeoutMs });
  }

  getMany(keys: readonly Key[]): Promise<readonly (string | null)[]> {
    const names = keys.map(redisKeyOf);
    return this.#answer(this.#reads.strings(names).then((read) => this.#open(names, read)));
  }

  getAgain(keys: readonly Key[], before: readonly (string | null)[]): Promise<readonly (string | null)[]> {
    const names = keys.map(redisKeyOf);
    const read = this.#reads.stringsUnchecked(names);
    return this.#answer(
      read.then((sealed) => (this.#isAsBefore(before, sealed) ? before : this.#open(names, sealed))),
    );
  }

  async set(key: Key, value: string, expiresAt: number | null): Promise<void> {
    checkEntry(value, expiresAt);
    const name = redisKeyOf(key);
    const sealed = sealValue(name, value, expiresAt);
    await this.#answer(
      expiresAt === null ? this.#client.set(name, sealed) : this.#client.set(name, sealed, "PXAT", expiresAt),
    );
  }

  async setDurably(key: Key, value: string, expiresAt: number | null): Promise<boolean> {
    checkEntry(value, expiresAt);
    const name = redisKeyOf(key);
    const sealed = sealValue(name, value, expiresAt);
    const pipeline = this.#client.pipeline();
    if (expiresAt === null) pipeline.set(name, sealed);
    else pipeline.set(name, sealed, "PXAT", expiresAt);
    // On the same connection, or WAIT would speak of other writes than this one.
    pipeline.wait(1, Math.ceil(this.#timeoutMs / 2));
    const [written, replicated] = (await this.#answer(pipeline.exec())) ?? [];
    if (written === undefined || written[0] !== null) throw toRedisStoreError(written?.[0]);
    return replicated?.[0] === null && typeof replicated[1] === "number" && replicated[1] >= 1;
  }

  async delete(keys: readonly Key[]): Promise<void> {
    await Promise.all(keys.map((key) => this.#answer(this.#client.del(redisKeyOf(key)))));
  }

  async *scan(prefix: Key): AsyncGenerator<{ key: Key; value: string }> {
    const batches = scanRedisKeys(this.#client, redisPatternOf(prefix));
    for (;;) {
      const { done, value: names } = await this.#answer(batches.next());
      if (done) return;
      const values = this.#open(names, await this.#answer(this.#reads.strings(names)));
      for (const [index, name] of names.entries()) {
        const key = keyOfRedis(name);
        if (key === undefined) {
          throw new StoreError("store_corrupt", "Redis holds a key of Postern's that Postern did not write");
        }
        const value = values[index] ?? null;
        if (value !== null) yield { key, value };
      }
    }
  }

  /** Free is what Redis says is free, by its own clock. */
  async claim(key: Key, value: string, expiresAt: number | null): Promise<Claim> {
    checkEntry(value, expiresAt);
    const name = redisKeyOf(key);
    const sealed = sealValue(name, value, expiresAt);
    const held = await this.#answer(
      expiresAt === null
        ? this.#client.set(name, sealed, "NX", "GET")
        : this.#client.set(name, sealed, "PXAT", expiresAt, "NX", "GET"),
    );
    if (held === null) return { claimed: true, value };
    return { claimed: false, value: this.#unseal(name, held).value };
  }

  async put(collection: Key, member: string, value: string, expiresAt: number): Promise<void> {
    checkEntry(value, expiresAt);
    await this.#answer(this.#collections.put(collection, member, value, expiresAt));
  }

  async add(collection: Key, member: string, value: string, expiresAt: number): Promise<void> {
    checkEntry(value, expiresAt);
    await this.#answer(this.#collections.add(collection, member, value, expiresAt));
  }

  members(collection: Key): Promise<ReadonlyMap<string, string>> {
    return this.#answer(this.#collections.members(collection));
  }

  async publish(topic: string, message: string): Promise<void> {
    await this.#answer(this.#client.publish(redisChannelOf(topic), message));
  }

  subscribe(topic: string, listener: (message: string) => void): Promise<() => void> {
    return this.#subscriptions.add(topic, listener);
  }

  async close(): Promise<void> {
    this.#subscriptions.close();
    this.#client.disconnect();
  }

  #open(names: readonly string[], sealed: readonly (string | null)[]): readonly (string | null)[] {
    const now = this.#clock();
    let until = Number.POSITIVE_INFINITY;
    const values = names.map((name, index) => {
      const text = sealed[index] ?? null;
      if (text === null) return null;
      const { value, expiresAt } = this.#unseal(name, text);
      if (!isLive(expiresAt, now)) return null;
      until = Math.min(until, expiresAt ?? until);
      return value;
    });
    this.#opened.set(values, { sealed, until });
    return values;
  }

  /** Whether these are the texts that the values before came out of, and none of them has expired since. */
  #isAsBefore(values: readonly (string | null)[], sealed: readonly (string | null)[]): boolean {
    const before = this.#opened.get(values);
    if (before === undefined || before.sealed.length !== sealed.length) return false;
    return this.#clock() < before.until && before.sealed.every((text, index) => text === sealed[index]);
  }

  #unseal(name: string, sealed: string): Unsealed {
    try {
      return unsealValue(name, sealed);
    } catch (error) {
      // Another key's value: the replies of this connection may be out of step, so it is not used again.
      if (isSealed(sealed)) this.#client.disconnect(true);
      throw error;
    }
  }

  async #answer<T>(reply: Promise<T>): Promise<T> {
    try {
      return await reply;
    } catch (error) {
      throw toRedisStoreError(error);
    }
  }
}
