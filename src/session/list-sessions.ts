import { setTimeout as pause } from "node:timers/promises";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Clock } from "../clock.ts";
import type { Store } from "../store/store.ts";
import { splitSessionId } from "./login.ts";
import { type Ended, endOf, findUnread, readMore, readPerson } from "./person-state.ts";
import { type Session, SIGNED_IN } from "./session.ts";

/** Which sessions are asked for: all that meet every part that is given. */
export interface SessionFilter {
  /** Subject. */
  readonly user?: string;
  /** Address, in lower case. */
  readonly email?: string;
  readonly device?: string;
}

/** A session, and why it is over; null where it is not. */
export interface SessionStatus {
  readonly session: Session;
  readonly ended: Ended | null;
}

const AT_ONCE = 10;
const SCANNED_AT_ONCE = 100;
/** Between a few and the next few: a walk is long, and must not be all that this process does. */
const PAUSE_MS = 2;
const SIGNED_IN_RECORD = TypeCompiler.Compile(
  Type.Object({ email: Type.Union([Type.String(), Type.Null()]) }),
);

/** The sessions that the store holds, latest login first. Throws `StoreError`. */
export async function listSessions(
  store: Store,
  clock: Clock,
  filter: SessionFilter,
): Promise<readonly SessionStatus[]> {
  const { user, email, device } = filter;
  const subjects = user === undefined ? await findSubjects(store, email) : [user];
  const found: SessionStatus[] = [];
  for await (const some of statusesOf(store, clock, subjects)) found.push(...some);
  return found
    .filter(({ session: { login } }) => email === undefined || login.email === email)
    .filter(({ session: { login } }) => device === undefined || login.device === device)
    .toSorted((one, other) => other.session.login.loginAt - one.session.login.loginAt);
}

/** Every session that is not over, a few at a time, with turns for others in between. Throws `StoreError`. */
export async function* walkLiveSessions(store: Store, clock: Clock): AsyncGenerator<readonly Session[]> {
  const statuses = statusesOf(store, clock, await findSubjects(store, undefined));
  for (;;) {
    const { done, value: some } = await inTurn(() => statuses.next());
    if (done === true) return;
    yield some.filter(({ ended }) => ended === null).map(({ session }) => session);
    await pause(PAUSE_MS);
  }
}

let step: Promise<unknown> = Promise.resolve();

/** Several walks at once are no more work at once than one. */
function inTurn<T>(take: () => Promise<T>): Promise<T> {
  const taken = step.then(take);
  step = taken.catch(() => {});
  return taken;
}

async function* statusesOf(
  store: Store,
  clock: Clock,
  subjects: readonly string[],
): AsyncGenerator<readonly SessionStatus[]> {
  for (let start = 0; start < subjects.length; start += AT_ONCE) {
    const some = subjects.slice(start, start + AT_ONCE);
    yield (await Promise.all(some.map((subject) => sessionsOfPerson(store, clock, subject)))).flat();
  }
}

/** The session of that id, null where there is none. Throws `StoreError`. */
export async function findSession(store: Store, clock: Clock, id: string): Promise<SessionStatus | null> {
  const subject = splitSessionId(id)?.subject;
  if (subject === undefined) return null;
  const sessions = await sessionsOfPerson(store, clock, subject);
  return sessions.find(({ session }) => session.id === id) ?? null;
}

async function findSubjects(store: Store, email: string | undefined): Promise<readonly string[]> {
  const subjects: string[] = [];
  let scanned = 0;
  for await (const { key, value } of store.scan([SIGNED_IN])) {
    const subject = key[1];
    if (subject !== undefined && (email === undefined || addressIn(value) === email)) subjects.push(subject);
    if (++scanned % SCANNED_AT_ONCE === 0) await pause(PAUSE_MS);
  }
  return subjects;
}

function addressIn(text: string): string | null {
  const record: unknown = JSON.parse(text);
  return SIGNED_IN_RECORD.Check(record) ? record.email : null;
}

async function sessionsOfPerson(
  store: Store,
  clock: Clock,
  subject: string,
): Promise<readonly SessionStatus[]> {
  const first = await readPerson(store, clock, { subject, targets: [] });
  const unread = findUnread(
    first,
    first.sessions.flatMap(({ targets }) => targets),
  );
  const state = unread.length === 0 ? first : await readMore(store, clock, first, unread);
  return state.sessions.map((session) => ({ session, ended: endOf(session.login, state) }));
}
