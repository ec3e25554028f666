import { StoreError } from "./store.ts";

const EXPIRY = /^\d{1,16}$/;

/**
 * What is written under a Redis key: the key itself, when it expires and the value, a line each. A reply
 * that belongs to another request is thereby found out (CVE-2025-29923, redis-py 2023).
 */
export function sealValue(redisKey: string, value: string, expiresAt: number | null): string {
  return `${redisKey}\n${expiresAt ?? ""}\n${value}`;
}

export interface Unsealed {
  readonly value: string;
  readonly expiresAt: number | null;
}

/** What was sealed for this key. Throws `store_corrupt` for anything else. */
export function unsealValue(redisKey: string, sealed: string): Unsealed {
  const expiryAt = redisKey.length + 1;
  const expiryEnd = sealed.indexOf("\n", expiryAt);
  if (!sealed.startsWith(redisKey) || sealed[redisKey.length] !== "\n" || expiryEnd < 0) throw corrupt();
  const expiry = sealed.slice(expiryAt, expiryEnd);
  if (expiry !== "" && !EXPIRY.test(expiry)) throw corrupt();
  return { value: sealed.slice(expiryEnd + 1), expiresAt: expiry === "" ? null : Number(expiry) };
}

/** Whether the text was sealed by Postern, under whichever key. */
export function isSealed(text: string): boolean {
  return text.startsWith("postern:{");
}

function corrupt(): StoreError {
  return new StoreError("store_corrupt", "Redis answered with a value that was not written under this key");
}
