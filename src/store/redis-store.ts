import type { Clock } from "../clock.ts";
import { withDeadline } from "./deadline.ts";
import { checkEntry, isLive } from "./entry.ts";
import type { RedisClient } from "./redis-client.ts";
import { RedisCollections } from "./redis-collection.ts";
import { isSealed, sealValue, type Unsealed, unsealValue } from "./redis-envelope.ts";
import { toRedisStoreError } from "./redis-error.ts";
import { keyOfRedis, redisChannelOf, redisKeyOf, redisPatternOf, topicOfRedis } from "./redis-key.ts";
import { RedisReads } from "./redis-reads.ts";
import { scanRedisKeys } from "./redis-scan.ts";
import { type Claim, type Key, type Store, StoreError } from "./store.ts";
import type { Log, Topics } from "./topics.ts";

/** Keeps everything in Redis 7 or later, for a fleet of processes: one server, Sentinel or Cluster. */
export class RedisStore implements Store {
  readonly #client: RedisClient;
  readonly #clock: Clock;
  readonly #topics: Topics;
  readonly #timeoutMs: number;
  readonly #reads: RedisReads;
  readonly #collections: RedisCollections;

  /** `client` is connected, and its commands are bounded by `timeoutMs`. */
  constructor(client: RedisClient, clock: Clock, topics: Topics, log: Log, timeoutMs: number) {
    this.#client = client;
    this.#clock = clock;
    this.#topics = topics;
    this.#timeoutMs = timeoutMs;
    const unseal = (name: string, sealed: string) => this.#unseal(name, sealed);
    this.#reads = new RedisReads(client);
    this.#collections = new RedisCollections({ client, reads: this.#reads, clock, unseal });
    client.on("message", (channel: string, message: string) => {
      const topic = topicOfRedis(channel);
      if (topic !== undefined) topics.deliver(topic, message);
    });
    client.on("ready", () => {
      for (const topic of topics.names) {
        this.#listenTo(topic).catch((error: Error) => log(`store: ${error.message}; ${topic} is not heard`));
      }
    });
  }

  async getMany(keys: readonly Key[]): Promise<readonly (string | null)[]> {
    return this.#read(keys.map(redisKeyOf));
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
      const values = await this.#read(names);
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

  async subscribe(topic: string, listener: (message: string) => void): Promise<() => void> {
    const remove = this.#topics.add(topic, listener);
    try {
      await this.#listenTo(topic);
    } catch (error) {
      remove();
      throw error;
    }
    return () => {
      remove();
      // Best effort: what still arrives finds no listener.
      if (!this.#topics.has(topic)) this.#client.unsubscribe(redisChannelOf(topic)).catch(() => {});
    };
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }

  async #read(names: readonly string[]): Promise<readonly (string | null)[]> {
    const read = await this.#answer(this.#reads.strings(names));
    const now = this.#clock();
    return names.map((name, index) => {
      const sealed = read[index] ?? null;
      if (sealed === null) return null;
      const { value, expiresAt } = this.#unseal(name, sealed);
      return isLive(expiresAt, now) ? value : null;
    });
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

  async #listenTo(topic: string): Promise<void> {
    // The client does not bound the commands of a cluster's subscriber.
    const listening = this.#client.subscribe(redisChannelOf(topic));
    await this.#answer(withDeadline(listening, 2 * this.#timeoutMs));
  }

  async #answer<T>(reply: Promise<T>): Promise<T> {
    try {
      return await reply;
    } catch (error) {
      throw toRedisStoreError(error);
    }
  }
}
