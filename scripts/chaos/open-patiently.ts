import { StoreError } from "../../src/store/store.ts";

const TRIES_AT_MOST = 10;
const AGAIN_AFTER_MS = 200;

/** A machine that is busy may keep a store from answering in time while nothing is wrong yet. */
export async function openPatiently<T>(open: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await open();
    } catch (error) {
      const isSlow = error instanceof StoreError && error.code === "store_unavailable";
      if (!isSlow || tries === TRIES_AT_MOST) throw error;
      await Bun.sleep(AGAIN_AFTER_MS);
    }
  }
}
