import type { Clock } from "../clock.ts";
import type { Key } from "../store/store.ts";
import type { StoreEntry } from "./stored-fact.ts";
import type { Subject } from "./subject.ts";

/** Facts about the addresses of those who are not known, as they would be stored. */
export interface StrangerFacts {
  /** Null where there is none that still counts. */
  find(key: Key): string | null;
  keep(entries: readonly StoreEntry[]): void;
}

const KEPT_AT_MOST = 10_000;

/**
 * Keeps them in this process, and forgets the oldest: whoever has a network of addresses could fill a shared
 * store with them.
 */
export function createStrangerFacts(clock: Clock): StrangerFacts {
  const kept = new Map<string, StoreEntry>();
  return {
    find(key) {
      const entry = kept.get(JSON.stringify(key));
      return entry === undefined || entry.expiresAt <= clock() ? null : entry.value;
    },
    keep(entries) {
      for (const entry of entries) {
        const name = JSON.stringify(entry.key);
        kept.delete(name);
        kept.set(name, entry);
        const [oldest] = kept.keys();
        if (kept.size > KEPT_AT_MOST && oldest !== undefined) kept.delete(oldest);
      }
    },
  };
}

/** Whether a request names nobody and no device: all that can be learnt of it is about its address, or about everyone. */
export function isStranger({ person, device }: Subject): boolean {
  return person === null && device === null;
}
