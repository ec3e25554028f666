import type { Clock } from "../clock.ts";
import type { Store } from "../store/store.ts";
import { listSessions } from "./list-sessions.ts";
import { MAX_SKEW_MS, splitSessionId } from "./login.ts";
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
/** A connection that was lost is back by then. */
const TELL_AT_MOST = 5;
const TELL_AGAIN_AFTER_MS = 100;
/** Whoever revokes waits for it. */
const LOOKING_TAKES_AT_MOST_MS = 5_000;

/**
 * Ends every login of `target` up to now, in every process that shares the store: what they have cached
 * goes within a second. Resolves once it is written. Throws `StoreError`.
 */
export async function revoke(store: Store, clock: Clock, target: RevocationTarget): Promise<Revoked> {
  const key = revocationKey(target);
  const [before = null] = await store.getMany([key]);
  const now = Math.floor(clock());
  const write = async (revokedBefore: number): Promise<Revoked> => {
    const record = JSON.stringify({ revoked_before: revokedBefore });
    const durable = await store.setDurably(key, record, now + REVOCATION_KEPT_MS);
    await tellOthers(store, target);
    return { revokedBefore, durable };
  };
  // Access, or another process that has revoked, may have a clock that is ahead of ours.
  const revoked = await write(Math.max(now, readEarlier(before)));
  const lastLoginAt = await findLastLogin(store, clock, target);
  return lastLoginAt > revoked.revokedBefore ? write(lastLoginAt) : revoked;
}

/** Who does not hear of it finds it in the store only once the cached session is a few seconds old. */
async function tellOthers(store: Store, { kind }: RevocationTarget): Promise<void> {
  for (let tries = 0; tries < TELL_AT_MOST; tries++) {
    if (tries > 0) await Bun.sleep(TELL_AGAIN_AFTER_MS);
    const told = await store.publish(REVOCATIONS, kind).then(
      () => true,
      () => false,
    );
    if (told) return;
  }
}

function readEarlier(text: string | null): number {
  const revokedBefore = decodeRevocation(text);
  return revokedBefore !== null && Number.isFinite(revokedBefore) ? revokedBefore : 0;
}

/** When `target` logged in last by Access's clock. What cannot be found out in time may have been just now. */
async function findLastLogin(store: Store, clock: Clock, target: RevocationTarget): Promise<number> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(reject, LOOKING_TAKES_AT_MOST_MS);
  try {
    return Math.max(0, ...(await Promise.race([findLogins(store, clock, target), late])));
  } catch {
    return clock() + MAX_SKEW_MS;
  } finally {
    clearTimeout(timer);
  }
}

async function findLogins(
  store: Store,
  clock: Clock,
  { kind, id }: RevocationTarget,
): Promise<readonly number[]> {
  if (kind === "email" || kind === "device") {
    const sessions = await listSessions(store, clock, { [kind]: id });
    return sessions.map(({ session }) => session.login.loginAt);
  }
  const subject = kind === "user" ? id : splitSessionId(id)?.subject;
  return subject === undefined ? [] : loginTimesOf(await store.members(sessionsOf(subject)));
}
