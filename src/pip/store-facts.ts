import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Key, Store } from "../store/store.ts";
import { takeTurn } from "./in-slices.ts";
import { parseJson } from "./parse-json.ts";
import { isOther, type StoreEntry } from "./stored-fact.ts";

/** Where facts are stored. */
export type FactStore = Pick<Store, "getMany" | "set" | "publish">;

/** What every process that shares the store is told of facts by that are not what they were. */
const CHANGES = "facts-changed";
const CHANGE = TypeCompiler.Compile(Type.Array(Type.String(), { minItems: 1 }));

/** Written before others have their turn. */
const AT_ONCE = 20;
/** Keys in one message. */
const TOLD_AT_ONCE = 500;

/**
 * Stores what providers said, and tells of what they had said otherwise before: what was decided by that
 * goes in every process within a second. Throws `StoreError`.
 */
export async function storeFacts(store: FactStore, entries: readonly StoreEntry[]): Promise<void> {
  const changed: string[] = [];
  try {
    for (const some of slicesOf(entries, AT_ONCE)) {
      const before = await store.getMany(some.map(({ key }) => key));
      // Told of even where it cannot be written: it may have been.
      for (const [index, { key, value }] of some.entries())
        if (isOther(before[index] ?? null, value)) changed.push(nameOfKey(key));
      await Promise.all(some.map(({ key, value, expiresAt }) => store.set(key, value, expiresAt)));
      if (some.length === AT_ONCE) await takeTurn();
    }
  } finally {
    await tellChanges(store, changed);
  }
}

/** Tells every process where, by `nameOfKey`, facts are stored that are not what they were. Throws `StoreError`. */
export async function tellChanges(store: Pick<Store, "publish">, names: readonly string[]): Promise<void> {
  for (const some of slicesOf(names, TOLD_AT_ONCE)) await store.publish(CHANGES, JSON.stringify(some));
}

/** Hears what `tellChanges` tells; null where some of it may have been missed. The result ends it. */
export function onFactChange(
  store: Pick<Store, "subscribe">,
  listener: (names: readonly string[] | null) => void,
): Promise<() => void> {
  return store.subscribe(CHANGES, (message) => {
    const names: unknown = parseJson(message);
    listener(CHANGE.Check(names) ? names : null);
  });
}

/** One text for one key. */
export function nameOfKey(key: Key): string {
  return JSON.stringify(key);
}

function* slicesOf<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}
