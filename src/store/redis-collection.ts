import type { Clock } from "../clock.ts";
import { isLive } from "./entry.ts";
import { decodeKey, encodeKey } from "./key.ts";
import type { RedisClient } from "./redis-client.ts";
import { sealValue, type Unsealed } from "./redis-envelope.ts";
import { redisHashOf, redisStampOf } from "./redis-key.ts";
import type { RedisReads } from "./redis-reads.ts";
import { type Key, StoreError } from "./store.ts";

export interface RedisCollectionOptions {
  readonly client: RedisClient;
  readonly reads: RedisReads;
  readonly clock: Clock;
  /** Opens what was sealed under a name. Throws `StoreError`. */
  readonly unseal: (name: string, sealed: string) => Unsealed;
}

/** A collection as it was when it had that stamp. */
interface Kept {
  readonly stamp: string;
  readonly members: ReadonlyMap<string, string>;
  /** Whether or not the stamp has changed by then. Milliseconds since the epoch. */
  readonly until: number;
}

const KEPT_AT_MOST = 10_000;
const KEPT_FOR_MS = 60_000;

/**
 * Collections as Redis hashes. Redis 7.0 lets only a whole hash expire, so each member carries its own
 * expiry and the hash lives as long as the last of them. Each change is followed by a new stamp: a
 * collection that has the stamp it had before is not read again. Errors are the client's own.
 */
export class RedisCollections {
  readonly #client: RedisClient;
  readonly #reads: RedisReads;
  readonly #clock: Clock;
  readonly #unseal: RedisCollectionOptions["unseal"];
  readonly #kept = new Map<string, Kept>();

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
      ...this.#mark(collection, expiresAt),
    ]);
  }

  async add(collection: Key, member: string, value: string, expiresAt: number): Promise<void> {
    const hash = redisHashOf(collection);
    const field = encodeKey([member]);
    const sealed = sealValue(hash + field, value, expiresAt);
    const [added] = await Promise.all([
      this.#client.hsetnx(hash, field, sealed),
      ...this.#mark(collection, expiresAt),
    ]);
    if (added === 1) return;
    const held = await this.#client.hget(hash, field);
    const isHeld = held !== null && isLive(this.#unseal(hash + field, held).expiresAt, this.#clock());
    if (!isHeld) await this.put(collection, member, value, expiresAt);
  }

  async members(collection: Key): Promise<ReadonlyMap<string, string>> {
    const hash = redisHashOf(collection);
    const kept = this.#kept.get(hash);
    if (kept === undefined || !(this.#clock() < kept.until)) return (await this.#read(collection)).members;
    const [stamp = null] = await this.#reads.stringsUnchecked([redisStampOf(collection)]);
    if (stamp === kept.stamp) return kept.members;
    const read = await this.#read(collection);
    // The values that were read beside the first stamp may be of a life of the store that ended since.
    if (stamp !== null && read.stamp === null) throw lost();
    return read.members;
  }

  /** The collection, and its stamp; null where it has none. */
  async #read(collection: Key): Promise<Pick<Kept, "members"> & { readonly stamp: string | null }> {
    const hash = redisHashOf(collection);
    this.#kept.delete(hash);
    // In this order: a change in between has a stamp of its own to come.
    const [stamp, fields] = await Promise.all([
      this.#reads.string(redisStampOf(collection)),
      this.#reads.hash(hash),
    ]);
    const now = this.#clock();
    const live = new Map<string, string>();
    const expired: string[] = [];
    let until = now + KEPT_FOR_MS;
    for (const [field, sealed] of Object.entries(fields)) {
      const { value, expiresAt } = this.#unseal(hash + field, sealed);
      const [member] = decodeKey(field) ?? [];
      if (member === undefined) {
        throw new StoreError("store_corrupt", "Redis holds a member of Postern's that Postern did not write");
      }
      if (isLive(expiresAt, now)) {
        live.set(member, value);
        until = Math.min(until, expiresAt ?? until);
      } else expired.push(field);
    }
    // Best effort, and only where there is something: the next reader sweeps what this one could not.
    if (expired.length > 0) this.#client.hdel(hash, ...expired).catch(() => {});
    if (stamp !== null) this.#keep(hash, { stamp, members: live, until });
    return { members: live, stamp };
  }

  #keep(hash: string, kept: Kept): void {
    this.#kept.set(hash, kept);
    if (this.#kept.size <= KEPT_AT_MOST) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Sent after the change itself: whoever reads in between will read again. */
  #mark(collection: Key, expiresAt: number): readonly Promise<unknown>[] {
    const hash = redisHashOf(collection);
    const stamp = redisStampOf(collection);
    return [
      // Two commands, for GT alone leaves a hash that never expires as it is.
      this.#client.pexpireat(hash, expiresAt, "NX"),
      this.#client.pexpireat(hash, expiresAt, "GT"),
      this.#client.set(stamp, sealValue(stamp, crypto.randomUUID(), expiresAt), "PXAT", expiresAt),
    ];
  }
}

function lost(): StoreError {
  return new StoreError("store_unavailable", "Redis lost what it held while it was read");
}
