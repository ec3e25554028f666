import type { Clock } from "../clock.ts";
import {
  type GenerationKeys,
  generationOf,
  getManyOfGeneration,
  hasSentinels,
  withSentinels,
} from "../store/generation.ts";
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

/** A question about a person as it goes to the store, to be asked as often as one likes. */
export interface PersonQuestion {
  readonly sessions: Key;
  /** Names of the targets, in the order of their keys. */
  readonly names: readonly string[];
  readonly keys: GenerationKeys;
}

/** What the store answered, as it stands there. */
export interface PersonTexts {
  readonly members: ReadonlyMap<string, string>;
  readonly values: readonly (string | null)[];
}

/** A question about the sessions of `subject` and the revocations of `targets` and theirs; `others` are read beside. */
export function askAboutPerson(
  subject: string,
  targets: readonly RevocationTarget[],
  others: readonly Key[] = [],
): PersonQuestion {
  const user: RevocationTarget = { kind: "user", id: subject };
  const { names, keys } = revocationsOf([user, ...targets]);
  return { sessions: sessionsOf(subject), names, keys: withSentinels(keys, others) };
}

/** The store's answer, in one round trip. Throws `StoreError`. */
export async function readPersonTexts(
  store: Store,
  { sessions, keys }: PersonQuestion,
): Promise<PersonTexts> {
  // Asked for in this order, both before the first answer: the generation is read last.
  const [members, values] = await Promise.all([store.members(sessions), store.getMany(keys.all)]);
  return { members, values };
}

/**
 * The store's answer to a question that it has answered `before`, which is given back where it is the same.
 * Cheaper, for what was null before is not checked again: a revocation that was made since and then spoilt
 * by another program would go unseen, so that who hears of a revocation must not ask in this way. In one
 * round trip, but where something has gone. Throws `StoreError`.
 */
export async function readPersonTextsAgain(
  store: Store,
  question: PersonQuestion,
  before: PersonTexts,
): Promise<PersonTexts> {
  const { sessions, keys } = question;
  const [members, values] = await Promise.all([
    store.members(sessions),
    store.getAgain(keys.all, before.values),
  ]);
  const hasGone =
    values !== before.values && values.some((text, index) => text === null && before.values[index] !== null);
  const texts = hasGone ? await readPersonTexts(store, question) : { members, values };
  return isSame(question, before, texts) ? before : texts;
}

/** Where the store had lost what it held, the same values are not of the same generation. */
function isSame({ keys }: PersonQuestion, before: PersonTexts, now: PersonTexts): boolean {
  return (
    hasSentinels(keys, now.values) &&
    isSameList(before.values, now.values) &&
    isSameCollection(before.members, now.members)
  );
}

function isSameList(before: readonly (string | null)[], now: readonly (string | null)[]): boolean {
  if (before === now) return true;
  return before.length === now.length && before.every((text, index) => text === now[index]);
}

/** Whether a collection holds what it held before. */
export function isSameCollection(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): boolean {
  if (before === now) return true;
  if (before.size !== now.size) return false;
  for (const [name, text] of now) if (before.get(name) !== text) return false;
  return true;
}

/** What an answer says of the person, and the values of `others`. Throws `StoreError`. */
export async function decodePerson(
  store: Store,
  clock: Clock,
  { names, keys }: PersonQuestion,
  { members, values }: PersonTexts,
  decode: (members: ReadonlyMap<string, string>) => readonly Session[] = decodeSessions,
): Promise<{ readonly person: PersonState; readonly others: readonly (string | null)[] }> {
  const { id, bornAt } = await generationOf(store, clock, keys, values);
  return {
    person: {
      sessions: decode(members),
      revokedBefore: decodeRevocations(names, values),
      bornAt,
      generation: id,
    },
    others: values.slice(names.length, values.length - keys.sentinels.length),
  };
}

/** Reads a person's sessions and the revocations of `targets` in one round trip. Throws `StoreError`. */
export async function readPerson(
  store: Store,
  clock: Clock,
  { subject, targets, decode }: PersonQuery,
): Promise<PersonState> {
  const question = askAboutPerson(subject, targets);
  const texts = await readPersonTexts(store, question);
  return (await decodePerson(store, clock, question, texts, decode)).person;
}

/** `state` with further revocations. Throws `StoreError`. */
export async function readMore(
  store: Store,
  clock: Clock,
  state: PersonState,
  targets: readonly RevocationTarget[],
): Promise<PersonState> {
  const { names, keys } = revocationsOf(targets);
  const { values, generation } = await getManyOfGeneration(store, clock, keys);
  return {
    sessions: state.sessions,
    revokedBefore: new Map([...state.revokedBefore, ...decodeRevocations(names, values)]),
    bornAt: Math.max(state.bornAt, generation.bornAt),
    generation: `${state.generation},${generation.id}`,
  };
}

function revocationsOf(targets: readonly RevocationTarget[]) {
  const byName = new Map(targets.map((target) => [nameOf(target), target]));
  const [first, ...rest] = [...byName.values()].map(revocationKey);
  if (first === undefined) throw new RangeError("no revocation was asked for");
  const keys: readonly [Key, ...Key[]] = [first, ...rest];
  return { names: [...byName.keys()], keys };
}

function decodeRevocations(names: readonly string[], values: readonly (string | null)[]) {
  return new Map(names.map((name, index) => [name, decodeRevocation(values[index] ?? null)]));
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

/** Why a login is over; null where it is not. `loginAt`: when it was, where that is not as it is dated. */
export function endOf(login: Login, state: PersonState, loginAt = login.loginAt): Ended | null {
  const revokedBefore = latestRevocation(state, targetsOf(login));
  if (revokedBefore !== null && loginAt <= revokedBefore) return "session_revoked";
  return isOlder(loginAt, state.bornAt) ? "login_too_old" : null;
}

/** Logins are dated by whole seconds, and so compared. */
export function isOlder(loginAt: number, bornAt: number): boolean {
  return Math.floor(loginAt / 1_000) < Math.floor(bornAt / 1_000);
}

function nameOf({ kind, id }: RevocationTarget): string {
  return `${kind}:${id}`;
}
