import type { Clock } from "../clock.ts";
import type { Store } from "../store/store.ts";
import { splitSessionId } from "./login.ts";
import { decodeRevocation, REVOCATIONS, type RevocationTarget, revocationKey } from "./revocation.ts";
import { loginTimesOf, sessionsOf } from "./session.ts";

export interface Revoked {
  /** Logins up to this moment are over, milliseconds since the epoch. */
  readonly revokedBefore: number;
  /** Whether it outlives the loss of the node that took it. */
  readonly durable: boolean;
}

/** Longer than a session is kept, and so than any token of the logins that it ends. */
const REVOCATION_KEPT_MS = 63 * 86_400_000;

/**
 * Ends every login of `target` up to now, in every process that shares the store: what they have cached
 * goes within a second. Resolves once it is written. Throws `StoreError`.
 */
export async function revoke(store: Store, clock: Clock, target: RevocationTarget): Promise<Revoked> {
  const key = revocationKey(target);
  const [[before = null], lastLoginAt] = await Promise.all([
    store.getMany([key]),
    findLastLogin(store, target),
  ]);
  const now = Math.floor(clock());
  // Access, or another process that has revoked, may have a clock that is ahead of ours.
  const revokedBefore = Math.max(now, readEarlier(before), lastLoginAt);
  const record = JSON.stringify({ revoked_before: revokedBefore });
  const durable = await store.setDurably(key, record, now + REVOCATION_KEPT_MS);
  // Who does not hear of it finds it in the store once the cached session is a few seconds old.
  await store.publish(REVOCATIONS, target.kind).catch(() => {});
  return { revokedBefore, durable };
}

function readEarlier(text: string | null): number {
  const revokedBefore = decodeRevocation(text);
  return revokedBefore !== null && Number.isFinite(revokedBefore) ? revokedBefore : 0;
}

/** When the person of `target` logged in last, as far as it names a person and that is known; else 0. */
async function findLastLogin(store: Store, { kind, id }: RevocationTarget): Promise<number> {
  const subject = kind === "user" ? id : kind === "session" ? splitSessionId(id)?.subject : undefined;
  if (subject === undefined) return 0;
  // What cannot be read must not keep anybody from being revoked.
  const members = await store.members(sessionsOf(subject)).catch(() => new Map<string, string>());
  return Math.max(0, ...loginTimesOf(members));
}
