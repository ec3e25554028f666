import { StoreError } from "./store.ts";

const MAX_VALUE_BYTES = 1_048_576;

/** Throws `store_refused` for a value or an expiry that no driver keeps. */
export function checkEntry(value: string, expiresAt: number | null): void {
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES) {
    throw new StoreError("store_refused", "a stored value is limited to 1 MiB of UTF-8: split it");
  }
  if (!value.isWellFormed()) {
    throw new StoreError(
      "store_refused",
      "a stored value must be well-formed Unicode: it has a lone surrogate",
    );
  }
  if (expiresAt !== null && !(Number.isSafeInteger(expiresAt) && expiresAt > 0)) {
    throw new StoreError(
      "store_refused",
      "expiresAt must be whole milliseconds since the epoch, or null for never",
    );
  }
}

/** Whether something that expires then is still there at `now`. */
export function isLive(expiresAt: number | null, now: number): boolean {
  return expiresAt === null || now < expiresAt;
}
