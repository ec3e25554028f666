import type { Clock } from "../clock.ts";
import { isLive } from "./entry.ts";
import { decodeKey, encodeKey } from "./key.ts";
import type { RedisClient } from "./redis-client.ts";
import { sealValue, type Unsealed } from "./redis-envelope.ts";
import { redisHashOf } from "./redis-key.ts";
import type { RedisReads } from "./redis-reads.ts";
import { type Key, StoreError } from "./store.ts";

export interface RedisCollectionOptions {
  readonly client: RedisClient;
  readonly reads: RedisReads;
  readonly clock: Clock;
  /** Opens what was sealed under a name. Throws `StoreError`. */
  readonly unseal: (name: string, sealed: string) => Unsealed;
}

/**
 * Collections as Redis hashes. Redis 7.0 lets only a whole hash expire, so each member carries its own
 * expiry and the hash lives as long as the last of them. Errors are the client's own.
 */
export class RedisCollections {
  readonly #client: RedisClient;
  readonly #reads: RedisReads;
  readonly #clock: Clock;
  readonly #unseal: RedisCollectionOptions["unseal"];

  constructor({ client, reads, clock, unseal }: RedisCollectionOptions) {
    this.#client = client;
    this.#reads = reads;
    this.#clock = clock;
    this.#unseal = unseal;
  }

  async put(collection: Key, member: string, value: string, expiresAt: number): Promise<void> {
    const hash = redisHashOf(collection);
    const field = encodeKey([member]);
    await Promise.all([
      this.#client.hset(hash, field, sealValue(hash + field, value, expiresAt)),
      ...this.#extend(hash, expiresAt),
    ]);
  }

  async add(collection: Key, member: string, value: string, expiresAt: number): Promise<void> {
    const hash = redisHashOf(collection);
    const field = encodeKey([member]);
    const sealed = sealValue(hash + field, value, expiresAt);
    const [added] = await Promise.all([
      this.#client.hsetnx(hash, field, sealed),
      ...this.#extend(hash, expiresAt),
    ]);
    if (added === 1) return;
    const held = await this.#client.hget(hash, field);
    const isHeld = held !== null && isLive(this.#unseal(hash + field, held).expiresAt, this.#clock());
    if (!isHeld) await this.put(collection, member, value, expiresAt);
  }

  async members(collection: Key): Promise<ReadonlyMap<string, string>> {
    const hash = redisHashOf(collection);
    const fields = await this.#reads.hash(hash);
    const now = this.#clock();
    const live = new Map<string, string>();
    const expired: string[] = [];
    for (const [field, sealed] of Object.entries(fields)) {
      const { value, expiresAt } = this.#unseal(hash + field, sealed);
      const [member] = decodeKey(field) ?? [];
      if (member === undefined) {
        throw new StoreError("store_corrupt", "Redis holds a member of Postern's that Postern did not write");
      }
      if (isLive(expiresAt, now)) live.set(member, value);
      else expired.push(field);
    }
    // Best effort, and only where there is something: the next reader sweeps what this one could not.
    if (expired.length > 0) this.#client.hdel(hash, ...expired).catch(() => {});
    return live;
  }

  /** Two commands, for GT alone leaves a hash that never expires as it is. */
  #extend(hash: string, expiresAt: number): readonly Promise<number>[] {
    return [this.#client.pexpireat(hash, expiresAt, "NX"), this.#client.pexpireat(hash, expiresAt, "GT")];
  }
}
