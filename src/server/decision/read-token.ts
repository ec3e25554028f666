import type { Clock } from "../../clock.ts";
import { nameOfKey } from "../../pip/store-facts.ts";
import { candidatesOf, type TokenOf, tokenTargets } from "../../session/join.ts";
import {
  askAboutPerson,
  decodePerson,
  findUnread,
  isSameCollection,
  type PersonQuestion,
  type PersonState,
  type PersonTexts,
  readMore,
  readPersonTexts,
  readPersonTextsAgain,
} from "../../session/person-state.ts";
import type { RevocationTarget } from "../../session/revocation.ts";
import { decodeSessions, type Session } from "../../session/session.ts";
import type { Key, Store } from "../../store/store.ts";
import { Recent } from "./recent.ts";

/** What the store holds for a token: its person, and the values of fact keys by `nameOfKey`. */
export interface TokenRead {
  readonly person: PersonState;
  readonly stored: ReadonlyMap<string, string | null>;
  /** What was asked and answered; null where one round trip did not do. */
  readonly origin: { readonly question: Question; readonly texts: PersonTexts } | null;
}

interface Question {
  readonly person: PersonQuestion;
  /** The device that the facts are asked of. */
  readonly device: string | null;
  readonly factKeys: readonly Key[];
}

export interface TokenReaderOptions {
  readonly store: Store;
  readonly clock: Clock;
}

/** Keys of facts that may be stored, for a device. */
export type FactKeys = (device: string | null) => readonly Key[];

/**
 * Reads what the store holds for a token. `before` is what was read for the same token and facts since the
 * last revocation that was heard of: it is given back, the very same, where the store says the same as then.
 */
export type ReadToken = (token: TokenOf, factKeys: FactKeys, before?: TokenRead) => Promise<TokenRead>;

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
  return async (token, factKeys, before) => {
    const { subject } = token;
    const origin = before?.origin ?? null;
    const question = origin?.question ?? ask(token, factKeys, hints.get(subject));
    const texts =
      origin === null
        ? await readPersonTexts(store, question.person)
        : await readPersonTextsAgain(store, question.person, origin.texts);
    if (before !== undefined && texts === origin?.texts) return before;
    const hint = hints.get(subject);
    const { members } = texts;
    const decode = () =>
      hint !== undefined && isSameCollection(hint.members, members) ? hint.sessions : decodeSessions(members);
    const { person: first, others } = await decodePerson(store, clock, question.person, texts, decode);
    const stored = new Map(question.factKeys.map((key, index) => [nameOfKey(key), others[index] ?? null]));
    const candidates = candidatesOf(token, first.sessions);
    const targets = candidates.flatMap((session) => session.targets);
    const devices = new Set(candidates.map(({ login }) => login.device));
    const [device = null] = devices.size === 1 ? devices : [];
    hints.set(subject, { members, sessions: first.sessions, targets, device });
    const unread = findUnread(first, targets);
    const more =
      device === question.device ? [] : factKeys(device).filter((key) => !stored.has(nameOfKey(key)));
    if (unread.length === 0 && more.length === 0)
      return { person: first, stored, origin: { question, texts } };
    const [person, moreValues] = await Promise.all([
      unread.length === 0 ? first : readMore(store, clock, first, unread),
      more.length === 0 ? [] : store.getMany(more),
    ]);
    for (const [index, key] of more.entries()) stored.set(nameOfKey(key), moreValues[index] ?? null);
    return { person, stored, origin: null };
  };
}

function ask(token: TokenOf, factKeysOf: FactKeys, hint: Hint | undefined): Question {
  const device = token.claims.device_id ?? hint?.device ?? null;
  const factKeys = factKeysOf(device);
  const targets = [...tokenTargets(token), ...(hint?.targets ?? [])];
  return { person: askAboutPerson(token.subject, targets, factKeys), device, factKeys };
}
