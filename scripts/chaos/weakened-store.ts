import { type Key, type Store, StoreError, type StoreErrorCode } from "../../src/store/store.ts";

/** Takes one guard away from a store: what a negative control is made with. */
export type Weaken = (store: Store) => Store;

/** The store as it is. */
export const UNWEAKENED: Weaken = (store) => store;

/** Never sees that the store has lost what it held: each generation is the first that was ever read. */
export const forgetLosses: Weaken = (store) => {
  const first = new Map<string, string>();
  const keep = (key: Key, value: string | null) => {
    if (!isSentinel(key)) return value;
    const name = key.join("/");
    if (value !== null && !first.has(name)) first.set(name, value);
    return first.get(name) ?? value;
  };
  return change(store, {
    async getMany(keys) {
      const values = await store.getMany(keys);
      return keys.map((key, index) => keep(key, values[index] ?? null));
    },
  });
};

/** Watches one part of the store for losses, and takes it for the whole. */
export const watchOnePart: Weaken = (store) => {
  const redirect = (key: Key): Key => (isSentinel(key) ? WATCHED : key);
  return change(store, {
    getMany: (keys) => store.getMany(keys.map(redirect)),
    claim: (key, value, expiresAt) => store.claim(redirect(key), value, expiresAt),
  });
};

/** The only part that `watchOnePart` watches is where this key is. */
export const WATCHED: Key = ["generation", "0"];

/** Reads what fails with one of `codes` as if there were nothing. */
export const readAsAbsent = (...codes: readonly StoreErrorCode[]): Weaken => {
  const fails = (error: unknown) => error instanceof StoreError && codes.includes(error.code);
  return (store) => {
    const kept = forgetLosses(store);
    const sentinels = new Map<string, string | null>();
    return change(kept, {
      getMany: (keys) =>
        Promise.all(
          keys.map(async (key) => {
            const name = key.join("/");
            try {
              const [value = null] = await kept.getMany([key]);
              if (isSentinel(key)) sentinels.set(name, value);
              return value;
            } catch (error) {
              if (!fails(error)) throw error;
              return sentinels.get(name) ?? null;
            }
          }),
        ),
      members: (collection) =>
        kept.members(collection).catch((error: unknown) => {
          if (fails(error)) return new Map();
          throw error;
        }),
    });
  };
};

/** Says that it has written what it has not. */
export const pretendToWrite: Weaken = (store) =>
  change(store, {
    set: (...entry) => store.set(...entry).catch(() => {}),
    setDurably: (...entry) => store.setDurably(...entry).catch(() => false),
  });

/** Calls every write durable, without asking whether a second server has it. */
export const callAllDurable: Weaken = (store) =>
  change(store, {
    async setDurably(...entry) {
      await store.set(...entry);
      return true;
    },
  });

/** Tells nobody of what is published. */
export const tellNobody: Weaken = (store) => change(store, { publish: async () => {} });

function isSentinel([part]: Key): boolean {
  return part === "generation";
}

function change(store: Store, changes: Partial<Store>): Store {
  return {
    getMany: (keys) => store.getMany(keys),
    getAgain: changes.getMany ?? ((...asked) => store.getAgain(...asked)),
    set: (...entry) => store.set(...entry),
    setDurably: (...entry) => store.setDurably(...entry),
    delete: (keys) => store.delete(keys),
    scan: (prefix) => store.scan(prefix),
    claim: (...entry) => store.claim(...entry),
    put: (...entry) => store.put(...entry),
    add: (...entry) => store.add(...entry),
    members: (collection) => store.members(collection),
    publish: (...message) => store.publish(...message),
    subscribe: (...listener) => store.subscribe(...listener),
    close: () => store.close(),
    ...changes,
  };
}
