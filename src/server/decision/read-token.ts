import type { Clock } from "../../clock.ts";
import { candidatesOf, type TokenOf, tokenTargets } from "../../session/join.ts";
import { findUnread, type PersonState, readMore, readPersonAnd } from "../../session/person-state.ts";
import type { RevocationTarget } from "../../session/revocation.ts";
import { decodeSessions, type Session } from "../../session/session.ts";
import type { Key, Store } from "../../store/store.ts";
import { Recent } from "./recent.ts";

/** What the store holds for a token: its person, and the values of fact keys by `nameOfKey`. */
export interface TokenRead {
  readonly person: PersonState;
  readonly stored: ReadonlyMap<string, string | null>;
}

export interface TokenReaderOptions {
  readonly store: Store;
  readonly clock: Clock;
}

/** Keys of facts that may be stored, for a device. */
export type FactKeys = (device: string | null) => readonly Key[];

export type ReadToken = (token: TokenOf, factKeys: FactKeys) => Promise<TokenRead>;

const HINTS_AT_MOST = 10_000;

/** What was read of a person the last time. */
interface Hint {
  readonly members: ReadonlyMap<string, string>;
  readonly sessions: readonly Session[];
  /** What the sessions that the last token may have belonged to can be revoked by. */
  readonly targets: readonly RevocationTarget[];
  /** The one device of those sessions. */
  readonly device: string | null;
}

/**
 * Reads all that decides about a token in one round trip. Which devices a person has used it knows from
 * the last time; where that was wrong, what is missing is read in a second one.
 */
export function createTokenReader({ store, clock }: TokenReaderOptions): ReadToken {
  const hints = new Recent<Hint>(HINTS_AT_MOST);
  return async (token, factKeys) => {
    const { subject } = token;
    const hint = hints.get(subject);
    const device = token.claims.device_id ?? hint?.device ?? null;
    const keys = factKeys(device);
    let members: ReadonlyMap<string, string> = new Map();
    const decode = (read: ReadonlyMap<string, string>) => {
      members = read;
      return hint !== undefined && isSame(hint.members, read) ? hint.sessions : decodeSessions(read);
    };
    const asked = [...tokenTargets(token), ...(hint?.targets ?? [])];
    const query = { subject, targets: asked, decode };
    const { person: first, values } = await readPersonAnd(store, clock, query, keys);
    const { sessions } = first;
    const stored = new Map(keys.map((key, index) => [nameOfKey(key), values[index] ?? null]));
    const candidates = candidatesOf(token, sessions);
    const targets = candidates.flatMap((session) => session.targets);
    const devices = new Set(candidates.map(({ login }) => login.device));
    const [found = null] = devices.size === 1 ? devices : [];
    hints.set(subject, { members, sessions, targets, device: found });
    const unread = findUnread(first, targets);
    const more = found === device ? [] : factKeys(found).filter((key) => !stored.has(nameOfKey(key)));
    const [person, moreValues] = await Promise.all([
      unread.length === 0 ? first : readMore(store, clock, first, unread),
      more.length === 0 ? [] : store.getMany(more),
    ]);
    for (const [index, key] of more.entries()) stored.set(nameOfKey(key), moreValues[index] ?? null);
    return { person, stored };
  };
}

/** Whether a collection is as it was: then what it says need not be parsed again. */
function isSame(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): boolean {
  if (before.size !== now.size) return false;
  for (const [name, text] of now) if (before.get(name) !== text) return false;
  return true;
}

export function nameOfKey(key: Key): string {
  return JSON.stringify(key);
}
