import type { Algorithm } from "./jwt-gate.ts";
import { type ActiveKey, MAX_RETIRING, type PendingKey, type RingRecord } from "./ring-record.ts";
import { TokenError } from "./token-error.ts";

/** What a ring holds, before it is given a version. */
export type Ring = Omit<RingRecord, "version">;

export interface Schedule {
  /** How long a key signs before the next takes over. */
  readonly rotateEveryMs: number;
  /** How long a key stays published after it has signed last. */
  readonly retireAfterMs: number;
  /** How long a key is published before it may sign, so that every verifier has seen it. */
  readonly publishAheadMs: number;
}

/** The first ring: nobody has cached anything yet, so its key signs at once. */
export function createRing(purpose: Ring["purpose"], first: PendingKey, next: PendingKey, now: number): Ring {
  return { purpose, active: activate(first, now), pending: next, retiring: [], revoked: [] };
}

/** Whether the clock, or a change of algorithm, asks for the next key, and it may take over. */
export function isRotationDue(ring: Ring, schedule: Schedule, algorithm: Algorithm, now: number): boolean {
  const isOld = now - ring.active.activatedAt >= schedule.rotateEveryMs;
  const isOutdated = ring.active.algorithm !== algorithm && ring.pending.algorithm === algorithm;
  return (isOld || isOutdated) && now >= findEarliestRotation(ring, schedule);
}

/** The pending key takes over and `fresh` is published as the next. Throws `TokenError` when it is too early. */
export function rotateRing(ring: Ring, fresh: PendingKey, schedule: Schedule, now: number): Ring {
  const earliest = findEarliestRotation(ring, schedule);
  if (now < earliest) {
    const when = new Date(earliest).toISOString();
    const message = `the next ${ring.purpose} key may sign from ${when}, when all verifiers have seen it; revoke the active key if it must go at once`;
    throw new TokenError("rotation_too_early", message);
  }
  const { sealedKey: _key, sealedVersion: _version, ...retired } = ring.active;
  return {
    ...ring,
    active: activate(ring.pending, now),
    pending: fresh,
    retiring: [{ ...retired, retiredAt: now }, ...ring.retiring],
  };
}

/**
 * Takes a key out at once. The pending key takes the place of an active one, and `fresh` its own.
 * Throws `TokenError` with code `unknown_key`.
 */
export function revokeKey(ring: Ring, kid: string, fresh: PendingKey, now: number): Ring {
  const { active, pending, retiring } = ring;
  const key = [active, pending, ...retiring].find((candidate) => candidate.kid === kid);
  if (key === undefined)
    throw new TokenError("unknown_key", `no ${ring.purpose} key with this kid is in use`);
  const revoked = [{ kid, algorithm: key.algorithm, revokedAt: now }, ...ring.revoked];
  if (key === active) return { ...ring, revoked, active: activate(pending, now), pending: fresh };
  if (key === pending) return { ...ring, revoked, pending: fresh };
  return { ...ring, revoked, retiring: retiring.filter((candidate) => candidate !== key) };
}

/** Drops what has retired long enough; the same ring where there is nothing to drop. */
export function pruneRing(ring: Ring, schedule: Schedule, now: number): Ring {
  const isOver = (since: number) => now - since >= schedule.retireAfterMs;
  const retiring = ring.retiring.filter((key) => !isOver(key.retiredAt));
  const revoked = ring.revoked.filter((key) => !isOver(key.revokedAt));
  const same = retiring.length === ring.retiring.length && revoked.length === ring.revoked.length;
  return same ? ring : { ...ring, retiring, revoked };
}

/** When the pending key has been published long enough and there is room for one more that retires. */
function findEarliestRotation(ring: Ring, schedule: Schedule): number {
  const published = ring.pending.publishedAt + schedule.publishAheadMs;
  const blocking = ring.retiring[MAX_RETIRING - 1];
  return blocking === undefined
    ? published
    : Math.max(published, blocking.retiredAt + schedule.retireAfterMs);
}

function activate(key: PendingKey, now: number): ActiveKey {
  return { ...key, activatedAt: now };
}
