import { type KeyRing, type KeyRingOptions, openKeyRing } from "../../src/token/key-ring.ts";
import { decodeRingRecord, type RingRecord } from "../../src/token/ring-record.ts";
import { createStoreVault, type VaultStore } from "../../src/token/store-vault.ts";

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const START = 1_700_000_000_000;
export const PASSPHRASE = "correct horse battery staple";

type Operation = "getMany" | "set" | "claim" | "claimed" | "publish" | "subscribe";

/** A store in memory. `fault` runs before each operation; what it throws is the store's failure. */
export class MemoryStore implements VaultStore {
  readonly values = new Map<string, string>();
  readonly #listeners = new Map<string, Set<(message: string) => void>>();
  fault: (operation: Operation) => void = () => undefined;

  async getMany(keys: readonly (readonly string[])[]) {
    this.fault("getMany");
    return keys.map((key) => this.values.get(key.join("/")) ?? null);
  }

  async set(key: readonly string[], value: string) {
    this.fault("set");
    this.values.set(key.join("/"), value);
  }

  async claim(key: readonly string[], value: string) {
    this.fault("claim");
    const claimed = !this.values.has(key.join("/"));
    if (claimed) this.values.set(key.join("/"), value);
    this.fault("claimed");
    return { claimed };
  }

  async publish(topic: string, message: string) {
    this.fault("publish");
    for (const listener of this.#listeners.get(topic) ?? []) listener(message);
  }

  async subscribe(topic: string, listener: (message: string) => void) {
    this.fault("subscribe");
    const heard = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, heard.add(listener));
    return () => {
      heard.delete(listener);
    };
  }
}

/** A fleet: one store, one clock that stands still until it is moved, and rings that sign verdicts. */
export class Fleet {
  readonly store = new MemoryStore();
  now = START;
  readonly #rings: KeyRing[] = [];

  async open(options: Partial<KeyRingOptions> = {}): Promise<KeyRing> {
    const ring = await openKeyRing({
      use: { purpose: "verdict", algorithm: "ES256" },
      vault: createStoreVault(this.store),
      passphrase: PASSPHRASE,
      clock: () => this.now,
      ...options,
    });
    this.#rings.push(ring);
    return ring;
  }

  /** Without encryption at rest, for deriving keys from a passphrase is slow. */
  openUnsealed(options: Partial<KeyRingOptions> = {}): Promise<KeyRing> {
    return this.open({
      vault: { ...createStoreVault(this.store), shared: false },
      passphrase: null,
      ...options,
    });
  }

  /** The newest version of the ring, as the store keeps it. */
  record(): RingRecord {
    const version = this.store.values.size;
    return decodeRingRecord(this.store.values.get(`keys/verdict/${version}`) ?? "", "verdict", version);
  }

  /** Keeps this record as the newest, as only somebody with access to the store could. */
  overwrite(record: RingRecord): void {
    this.store.values.set(`keys/verdict/${record.version}`, JSON.stringify(record));
  }

  close(): void {
    for (const ring of this.#rings) ring.close();
  }
}

export const kidsOf = (ring: KeyRing, state: string): readonly string[] =>
  ring
    .list()
    .filter((key) => key.state === state)
    .map((key) => key.kid);

export const kidOf = (token: string): string => {
  const header: { kid: string } = JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
  return header.kid;
};

export const publishedKids = (ring: KeyRing): readonly string[] => {
  const document: { keys: { kid: string }[] } = JSON.parse(ring.jwks().body);
  return document.keys.map((key) => key.kid);
};
