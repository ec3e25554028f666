import { MemoryStore } from "../../src/store/memory-store.ts";
import { type Store, StoreError } from "../../src/store/store.ts";
import { Topics } from "../../src/store/topics.ts";
import { NOW } from "../token/access-team.ts";

/** A store in memory that can be made to fail or to wait. */
export interface FaultyStore {
  readonly store: Store;
  /** Runs before each operation: what it throws is the store's failure, and what it waits for, so does the caller. */
  before: () => void | Promise<void>;
}

export const STORE_DOWN = () => {
  throw new StoreError("store_unavailable", "the store cannot be reached");
};

const NEVER_FAIL: ReadonlySet<string | symbol> = new Set(["scan", "close"]);

export function createFaultyStore(clock: () => number = () => NOW): FaultyStore {
  const store = new Proxy(new MemoryStore(clock, new Topics(() => {})), {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (NEVER_FAIL.has(name)) return member.bind(target);
      return async (...args: unknown[]) => {
        await faulty.before();
        return member.apply(target, args);
      };
    },
  });
  const faulty: FaultyStore = { store, before: () => {} };
  return faulty;
}
