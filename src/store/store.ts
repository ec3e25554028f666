/** A key, part by part; drivers encode it so that no part can run into the next. */
export type Key = readonly [string, ...string[]];

/** Outcome of `claim`: the value that holds the key now, and whether it is the caller's. */
export interface Claim {
  readonly claimed: boolean;
  readonly value: string;
}

/**
 * What Postern keeps: sessions, facts, keys, replies. Values are strings, at most 1 MiB.
 * `expiresAt` is milliseconds since the epoch, null for never; from that moment on the key is gone.
 * Every function throws `StoreError` when the store cannot be reached in time: nothing is ever
 * reported as absent that is only out of reach.
 */
export interface Store {
  /** The values in the order of the keys, null where there is none. One round trip. */
  getMany(keys: readonly Key[]): Promise<readonly (string | null)[]>;
  set(key: Key, value: string, expiresAt: number | null): Promise<void>;
  delete(keys: readonly Key[]): Promise<void>;
  /** Every live entry whose key starts with `prefix`, in no order. */
  scan(prefix: Key): AsyncIterable<{ readonly key: Key; readonly value: string }>;
  /** Sets the key where it is free, atomically; tells who holds it. */
  claim(key: Key, value: string, expiresAt: number | null): Promise<Claim>;
  /** Tells every process that shares the store, this one included. At most once, best effort. */
  publish(topic: string, message: string): Promise<void>;
  /** Hears what is published to `topic`; the result ends it. */
  subscribe(topic: string, listener: (message: string) => void): Promise<() => void>;
  close(): Promise<void>;
}

/** The store could not answer. `code` says how; `cause` keeps the driver's own error. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  constructor(
    readonly code: "store_unavailable" | "store_full" | "store_corrupt",
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
