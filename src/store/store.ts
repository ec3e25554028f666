/** A key, part by part; drivers encode it so that no part can run into the next. */
export type Key = readonly [string, ...string[]];

/** Outcome of `claim`: the value that holds the key now, and whether it is the caller's. */
export interface Claim {
  readonly claimed: boolean;
  readonly value: string;
}

/**
 * What Postern keeps: sessions, facts, keys, replies. Values are strings, at most 1 MiB of UTF-8.
 * `expiresAt` is whole milliseconds since the epoch, null for never; from that moment on the key is gone.
 * Every function throws `StoreError` when the store cannot be reached in time: nothing is ever
 * reported as absent that is only out of reach. A write that threw may still have happened.
 */
export interface Store {
  /** The values in the order of the keys, null where there is none; one round trip, read in that order. */
  getMany(keys: readonly Key[]): Promise<readonly (string | null)[]>;
  /**
   * `getMany` for who has the values of these keys and wants to know whether they are the same: cheaper, and
   * `before` itself may be given back where they are. But what stands under a key and is no value of
   * Postern's may come out as null.
   */
  getAgain(keys: readonly Key[], before: readonly (string | null)[]): Promise<readonly (string | null)[]>;
  set(key: Key, value: string, expiresAt: number | null): Promise<void>;
  /**
   * `set` for what must not be forgotten, such as a revocation. True when the value outlives the loss of
   * the process or node that took it; false when it is kept, but in that one place only.
   */
  setDurably(key: Key, value: string, expiresAt: number | null): Promise<boolean>;
  delete(keys: readonly Key[]): Promise<void>;
  /** Every live entry whose key starts with `prefix`, part by part, in no order. */
  scan(prefix: Key): AsyncIterable<{ readonly key: Key; readonly value: string }>;
  /** Sets the key where it is free, atomically; tells who holds it. */
  claim(key: Key, value: string, expiresAt: number | null): Promise<Claim>;
  /**
   * Sets one member of a collection. Collections are apart from keys, and read whole; those of the same
   * first two parts share a shard with the keys of these.
   */
  put(collection: Key, member: string, value: string, expiresAt: number): Promise<void>;
  /** `put`, but a member that is there stays as it is. */
  add(collection: Key, member: string, value: string, expiresAt: number): Promise<void>;
  /** The live members of a collection, by name; one round trip. */
  members(collection: Key): Promise<ReadonlyMap<string, string>>;
  /** Tells every process that shares the store, this one included. At most once, best effort. */
  publish(topic: string, message: string): Promise<void>;
  /**
   * Hears what is published to `topic`; the result ends it. While the listener may be missing messages, and
   * once more when it hears again, it is told so by empty ones.
   */
  subscribe(topic: string, listener: (message: string) => void): Promise<() => void>;
  close(): Promise<void>;
}

/**
 * - `store_unavailable`: out of reach, too slow, or not accepting writes just now
 * - `store_full`: no room for the value
 * - `store_corrupt`: what is kept under the key is not what Postern wrote there
 * - `store_misconfigured`: wrong URL, credentials or server settings; only a person can mend it
 * - `store_refused`: the caller asked for what no store keeps (too long, not text, no such time)
 */
export type StoreErrorCode =
  | "store_unavailable"
  | "store_full"
  | "store_corrupt"
  | "store_misconfigured"
  | "store_refused";

/** The store could not answer. `code` says how; `cause` keeps the driver's own error. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
