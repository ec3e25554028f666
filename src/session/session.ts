import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { isIdentity, phaseOf } from "../core/attribute.ts";
import { isFactName } from "../core/attribute-codec.ts";
import type { Facts, FactsDraft } from "../core/fact.ts";
import { encodeFacts, put } from "../core/fact-json.ts";
import { type Key, type Store, StoreError } from "../store/store.ts";
import { ACCESS } from "./access-identity.ts";
import { type Login, splitSessionId } from "./login.ts";
import { PackedFacts, packFacts, unpackFacts } from "./packed-facts.ts";
import { type RevocationTarget, targetsOf } from "./revocation.ts";

/** What a login froze, and what Access has asserted since. Times are milliseconds since the epoch. */
export interface Session {
  readonly id: string;
  readonly login: Login;
  /** Everything by which it can be revoked. */
  readonly targets: readonly RevocationTarget[];
  /** When Postern first heard of the login. */
  readonly seenAt: number;
  /** Of the person, as they were then. */
  readonly identity: Facts;
  /** Of the device, as Access asserted them last. */
  readonly device: Facts;
  /** When that was; 0 where it never was. */
  readonly assertedAt: number;
  /** When Access last asked for each application, by id: a token of the application is as old as that. */
  readonly issuedAt: ReadonlyMap<string, number>;
}

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const LoginRecord = Type.Object({
  team: Type.String(),
  subject: Type.String(),
  email: TextOrNull,
  idp: TextOrNull,
  device: TextOrNull,
  login_at: Type.Number(),
  seen_at: Type.Number(),
  known: PackedFacts,
});
const AssertedRecord = Type.Object({
  at: Type.Number(),
  known: PackedFacts,
});
const LOGIN = TypeCompiler.Compile(LoginRecord);
const ASSERTED = TypeCompiler.Compile(AssertedRecord);
const ISSUED = TypeCompiler.Compile(Type.Number());

const DAY_MS = 86_400_000;
/** A login issues tokens for a month at most, and each of them lives for a month at most. */
const SESSION_KEPT_MS = 62 * DAY_MS;

/** How long the session of an application lasts where neither it nor the policy says. */
export const SESSION_DURATION_MS = DAY_MS;

/** Before the hash of a session, in the name of the member that holds its login. */
const LOGIN_PREFIX = "login.";

/** Where the sessions of a person are. */
export function sessionsOf(subject: string): Key {
  return ["person", subject, "sessions"];
}

/** Where it is noted that a person has sessions, and under which address. */
export const SIGNED_IN = "signed-in";

/** What a verified call said of a login. */
export interface Visit {
  readonly login: Login;
  /** Identity attributes and device attributes are kept; the network and the credentials are the request's own. */
  readonly facts: Facts;
  /** Id of the application that Access asked for. */
  readonly application: string;
  /** When Access asked, milliseconds since the epoch. */
  readonly askedAt: number;
}

/**
 * Remembers a visit, in one round trip. The first one of a login freezes its identity; later ones join
 * it. `before` is the session as it was read. Throws `StoreError`.
 */
export async function rememberVisit(store: Store, visit: Visit, before: Session | null, now: number) {
  const { login, facts, application, askedAt } = visit;
  const hash = splitSessionId(login.session)?.hash ?? "";
  const collection = sessionsOf(login.subject);
  const until = Math.floor(now + SESSION_KEPT_MS);
  const writes: Promise<unknown>[] = [];
  if (before === null) {
    writes.push(
      store.add(collection, `login.${hash}`, JSON.stringify(loginRecord(login, facts, now)), until),
      store.set([SIGNED_IN, login.subject], JSON.stringify({ email: login.email }), until),
    );
  }
  if (before === null || before.assertedAt <= askedAt) {
    const asserted: Static<typeof AssertedRecord> = { at: askedAt, known: packFacts(deviceFacts(facts)) };
    writes.push(store.put(collection, `asserted.${hash}`, JSON.stringify(asserted), until));
  }
  if (!((before?.issuedAt.get(application) ?? 0) >= askedAt)) {
    writes.push(store.put(collection, `issued.${hash}.${application}`, String(askedAt), until));
  }
  await Promise.all(writes);
}

/** Whether Access says something else of the device than it said last. */
export function assertsOtherwise({ device, assertedAt }: Session, { facts, askedAt }: Visit): boolean {
  return assertedAt <= askedAt && substanceOf(device) !== substanceOf(deviceFacts(facts));
}

/** What facts say, whenever it was learnt. */
function substanceOf(facts: Facts): string {
  const said = Object.entries(encodeFacts(facts)).filter(([, { state }]) => state !== "unknown");
  const substance = said.map(([name, { state, value, complete }]) => [name, state, value, complete]);
  return JSON.stringify(substance.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1)));
}

function loginRecord(login: Login, facts: Facts, now: number): Static<typeof LoginRecord> {
  const { team, subject, email, idp, device, loginAt } = login;
  const frozen = packFacts(frozenFacts(facts));
  return { team, subject, email, idp, device, login_at: loginAt, seen_at: now, known: frozen };
}

/** What a plugin could not say is left out: a later login may know it. */
function frozenFacts(facts: Facts): Facts {
  return pick(facts, (name, fact) => {
    const said = fact.state !== "unknown" || fact.source === ACCESS;
    return isIdentity(name) && phaseOf(name) === "login" && said;
  });
}

function deviceFacts(facts: Facts): Facts {
  return pick(facts, (name, { source }) => name.startsWith("device.") && source === ACCESS);
}

type Named = NonNullable<Facts[keyof Facts]>;

function pick(facts: Facts, keep: (name: keyof Facts, fact: Named) => boolean): Facts {
  const kept: FactsDraft = {};
  for (const name of Object.keys(facts).filter(isFactName)) {
    const fact = facts[name];
    if (fact !== undefined && keep(name, fact)) put(kept, name, fact);
  }
  return kept;
}

/** The sessions of a person by the members of `sessionsOf`. Throws `StoreError` for what is none. */
export function decodeSessions(members: ReadonlyMap<string, string>): readonly Session[] {
  const sessions: Session[] = [];
  for (const [name, text] of members) {
    if (!name.startsWith(LOGIN_PREFIX)) continue;
    sessions.push(decodeSession(name.slice(LOGIN_PREFIX.length), read(LOGIN, text), members));
  }
  return sessions;
}

/** The session that a login has made, by the members of `sessionsOf`; null where it has made none yet. Throws `StoreError`. */
export function decodeSessionOf(login: Login, members: ReadonlyMap<string, string>): Session | null {
  const hash = splitSessionId(login.session)?.hash ?? "";
  const text = members.get(LOGIN_PREFIX + hash);
  return text === undefined ? null : decodeSession(hash, read(LOGIN, text), members);
}

/** When the logins in the members of `sessionsOf` were, without those that cannot be read. */
export function loginTimesOf(members: ReadonlyMap<string, string>): readonly number[] {
  return [...members].flatMap(([name, text]) => {
    if (!name.startsWith(LOGIN_PREFIX)) return [];
    try {
      return [read(LOGIN, text).login_at];
    } catch {
      return [];
    }
  });
}

function decodeSession(
  hash: string,
  record: Static<typeof LoginRecord>,
  members: ReadonlyMap<string, string>,
): Session {
  const { team, subject, email, idp, device, login_at: loginAt, seen_at: seenAt } = record;
  const text = members.get(`asserted.${hash}`);
  const asserted = text === undefined ? null : read(ASSERTED, text);
  const issued = `issued.${hash}.`;
  const issuedAt = new Map<string, number>();
  for (const [name, at] of members) {
    if (name.startsWith(issued)) issuedAt.set(name.slice(issued.length), read(ISSUED, at));
  }
  const id = `${subject}.${hash}`;
  const login = { team, subject, email, idp, device, loginAt, session: id };
  let unpacked: Facts | null = null;
  return {
    id,
    login,
    targets: targetsOf(login),
    seenAt,
    identity: unpackFacts(record.known),
    // Whoever logs in says it anew.
    get device() {
      unpacked ??= asserted === null ? {} : unpackFacts(asserted.known);
      return unpacked;
    },
    assertedAt: asserted?.at ?? 0,
    issuedAt,
  };
}

function read<T>(check: { Check(value: unknown): value is T }, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt(cause);
  }
  if (!check.Check(value)) throw corrupt(undefined);
  return value;
}

function corrupt(cause: unknown): StoreError {
  return new StoreError("store_corrupt", "the store holds a session that Postern did not write", { cause });
}
