import type { KeyVault } from "./key-vault.ts";
import { decodeRingRecord, encodeRingRecord, type Purpose, type RingRecord } from "./ring-record.ts";
import { TokenError } from "./token-error.ts";

type StoreKey = readonly [string, ...string[]];

/** What is needed of a store; values live until they are overwritten. */
export interface VaultStore {
  getMany(keys: readonly StoreKey[]): Promise<readonly (string | null)[]>;
  set(key: StoreKey, value: string, expiresAt: null): Promise<void>;
  claim(key: StoreKey, value: string, expiresAt: null): Promise<{ readonly claimed: boolean }>;
  publish(topic: string, message: string): Promise<void>;
  subscribe(topic: string, listener: (message: string) => void): Promise<() => void>;
}

interface Entry {
  readonly version: number;
  readonly value: string;
}

/** Takes the place of a version that has a successor: the number stays taken, the keys in it are gone. */
const SUPERSEDED = "superseded";
const VERSIONS_PER_READ = 64;
const MAX_READS = 3;

/**
 * Keeps rings in a store that replicas share, one entry per version. A version is claimed, so of
 * several that write it one wins.
 */
export function createStoreVault(store: VaultStore): KeyVault {
  const lastSeen = new Map<Purpose, number>();

  async function read(purpose: Purpose): Promise<RingRecord | null> {
    for (let reads = 0; reads < MAX_READS; reads++) {
      const known = lastSeen.get(purpose) ?? 1;
      // A store that lost what was seen is read from the beginning.
      const newest = (await findNewest(store, purpose, known)) ?? (await findNewest(store, purpose, 1));
      if (newest === null) return null;
      lastSeen.set(purpose, newest.version);
      if (newest.value !== SUPERSEDED) return decodeRingRecord(newest.value, purpose, newest.version);
    }
    throw new TokenError("vault_unavailable", "the kept keys change faster than they can be read");
  }

  async function replace(next: RingRecord): Promise<boolean> {
    const { purpose, version } = next;
    const { claimed } = await store.claim(versionKey(purpose, version), encodeRingRecord(next), null);
    if (!claimed) return false;
    const forget = version > 1 ? [store.set(versionKey(purpose, version - 1), SUPERSEDED, null)] : [];
    // The version stands whatever becomes of these: the other replicas look by themselves, too.
    await Promise.allSettled([...forget, store.publish(topicOf(purpose), String(version))]);
    return true;
  }

  return {
    place: "the shared store",
    shared: true,
    read: (purpose) => reachStore(() => read(purpose)),
    replace: (next) => reachStore(() => replace(next)),
    watch: (purpose, listener) => reachStore(() => store.subscribe(topicOf(purpose), listener)),
  };
}

/** The last of the versions that follow `from` without a gap; null where `from` itself is not there. */
async function findNewest(store: VaultStore, purpose: Purpose, from: number): Promise<Entry | null> {
  let newest: Entry | null = null;
  for (let first = from; ; first += VERSIONS_PER_READ) {
    const keys = Array.from({ length: VERSIONS_PER_READ }, (_, index) => versionKey(purpose, first + index));
    for (const [index, value] of (await store.getMany(keys)).entries()) {
      if (value === null) return newest;
      newest = { version: first + index, value };
    }
  }
}

function versionKey(purpose: Purpose, version: number): StoreKey {
  return ["keys", purpose, String(version)];
}

function topicOf(purpose: Purpose): string {
  return `keys.${purpose}`;
}

async function reachStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof TokenError) throw cause;
    throw new TokenError("vault_unavailable", "the shared store that keeps the signing keys failed", {
      cause,
    });
  }
}
