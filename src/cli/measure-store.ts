import type { RecordStoreCall } from "../observe/store-metrics.ts";
import { type Store, StoreError } from "../store/store.ts";

/** The store, with each of its calls recorded. */
export function measureStore(store: Store, record: RecordStoreCall): Store {
  async function measure<T>(operation: keyof Store, call: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    let code: string | null = null;
    try {
      return await call();
    } catch (error) {
      code = error instanceof StoreError ? error.code : "unknown";
      throw error;
    } finally {
      record(operation, (performance.now() - startedAt) / 1000, code);
    }
  }
  return {
    getMany: (keys) => measure("getMany", () => store.getMany(keys)),
    getAgain: (...asked) => measure("getAgain", () => store.getAgain(...asked)),
    set: (...entry) => measure("set", () => store.set(...entry)),
    setDurably: (...entry) => measure("setDurably", () => store.setDurably(...entry)),
    delete: (keys) => measure("delete", () => store.delete(keys)),
    // As long as whoever reads it takes: its time would say nothing of the store.
    scan: (prefix) => store.scan(prefix),
    claim: (...entry) => measure("claim", () => store.claim(...entry)),
    put: (...entry) => measure("put", () => store.put(...entry)),
    add: (...entry) => measure("add", () => store.add(...entry)),
    members: (collection) => measure("members", () => store.members(collection)),
    publish: (...message) => measure("publish", () => store.publish(...message)),
    subscribe: (...listener) => measure("subscribe", () => store.subscribe(...listener)),
    close: () => store.close(),
  };
}
