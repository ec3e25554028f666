import type { Clock } from "../clock.ts";
import { getManyOfGeneration } from "../store/generation.ts";
import type { Key, Store } from "../store/store.ts";
import type { Login } from "./login.ts";
import { decodeRevocation, type RevocationTarget, revocationKey, targetsOf } from "./revocation.ts";
import { decodeSessions, type Session, sessionsOf } from "./session.ts";

/** Why a login is over. */
export type Ended = "session_revoked" | "login_too_old";

/** What the store says of one person at one moment. */
export interface PersonState {
  readonly sessions: readonly Session[];
  /** By what was asked for; null where it is not revoked. */
  readonly revokedBefore: ReadonlyMap<string, number | null>;
  /** Since when the store remembers, milliseconds since the epoch. */
  readonly bornAt: number;
  /** Id of the life of the store that all of this is from. */
  readonly generation: string;
}

/** What is to be read of a person. */
export interface PersonQuery {
  readonly subject: string;
  /** Whose revocations, beside the person's own. */
  readonly targets: readonly RevocationTarget[];
  /** Reads the members of `sessionsOf`; `decodeSessions` unless told. */
  readonly decode?: (members: ReadonlyMap<string, string>) => readonly Session[];
}

/** Reads a person's sessions and the revocations of `targets` in one round trip. Throws `StoreError`. */
export async function readPerson(store: Store, clock: Clock, query: PersonQuery): Promise<PersonState> {
  return (await readPersonAnd(store, clock, query, [])).person;
}

/** `readPerson`, and in the same round trip the values of `others`. Throws `StoreError`. */
export async function readPersonAnd(
  store: Store,
  clock: Clock,
  { subject, targets, decode = decodeSessions }: PersonQuery,
  others: readonly Key[],
): Promise<{ readonly person: PersonState; readonly values: readonly (string | null)[] }> {
  const user: RevocationTarget = { kind: "user", id: subject };
  // Asked for in this order, both before the first answer: the generation is read last.
  const [members, { revokedBefore, generation, values }] = await Promise.all([
    store.members(sessionsOf(subject)),
    readRevocations(store, clock, [user, ...targets], others),
  ]);
  const { id, bornAt } = generation;
  return { person: { sessions: decode(members), revokedBefore, bornAt, generation: id }, values };
}

/** `state` with further revocations. Throws `StoreError`. */
export async function readMore(
  store: Store,
  clock: Clock,
  state: PersonState,
  targets: readonly RevocationTarget[],
): Promise<PersonState> {
  const { revokedBefore, generation } = await readRevocations(store, clock, targets, []);
  return {
    sessions: state.sessions,
    revokedBefore: new Map([...state.revokedBefore, ...revokedBefore]),
    bornAt: Math.max(state.bornAt, generation.bornAt),
    generation: `${state.generation},${generation.id}`,
  };
}

async function readRevocations(
  store: Store,
  clock: Clock,
  targets: readonly RevocationTarget[],
  others: readonly Key[],
) {
  const byName = new Map(targets.map((target) => [nameOf(target), target]));
  const [first, ...rest] = [...byName.values()].map(revocationKey);
  if (first === undefined) throw new RangeError("no revocation was asked for");
  const read = await getManyOfGeneration(store, clock, [first, ...rest], others);
  const names = [...byName.keys()];
  const revokedBefore = new Map(
    names.map((name, index) => [name, decodeRevocation(read.values[index] ?? null)]),
  );
  return { revokedBefore, generation: read.generation, values: read.others };
}

/** Changes with each revocation that was asked for, and with each loss of the store. */
export function basisOf({ generation, revokedBefore }: PersonState): string {
  return JSON.stringify([generation, ...[...revokedBefore].map(([name, value]) => `${name} ${value}`)]);
}

/** The latest revocation of any of `targets`; null where there is none. One that was not read revokes for ever. */
export function latestRevocation(state: PersonState, targets: readonly RevocationTarget[]): number | null {
  let latest: number | null = null;
  for (const target of targets) {
    const revokedBefore = state.revokedBefore.get(nameOf(target));
    if (revokedBefore === undefined) return Number.POSITIVE_INFINITY;
    if (revokedBefore !== null) latest = Math.max(latest ?? revokedBefore, revokedBefore);
  }
  return latest;
}

/** The targets whose revocations `state` does not hold. */
export function findUnread(
  state: PersonState,
  targets: readonly RevocationTarget[],
): readonly RevocationTarget[] {
  return targets.filter((target) => !state.revokedBefore.has(nameOf(target)));
}

/** Why a login is over; null where it is not. */
export function endOf(login: Login, state: PersonState): Ended | null {
  const revokedBefore = latestRevocation(state, targetsOf(login));
  if (revokedBefore !== null && login.loginAt <= revokedBefore) return "session_revoked";
  return isOlder(login.loginAt, state.bornAt) ? "login_too_old" : null;
}

/** Logins are dated by whole seconds, and so compared. */
export function isOlder(loginAt: number, bornAt: number): boolean {
  return Math.floor(loginAt / 1_000) < Math.floor(bornAt / 1_000);
}

function nameOf({ kind, id }: RevocationTarget): string {
  return `${kind}:${id}`;
}
