import { systemClock } from "../../src/clock.ts";
import { encodeFacts } from "../../src/core/fact-json.ts";
import { factsOfIdentity } from "../../src/session/access-identity.ts";
import { readLogin } from "../../src/session/login.ts";
import { readPerson } from "../../src/session/person-state.ts";
import { rememberVisit } from "../../src/session/session.ts";
import { openGenerations } from "../../src/store/generation.ts";
import type { Store } from "../../src/store/store.ts";
import { BenchmarkError } from "./benchmark.ts";
import { TEAM } from "./logged-in.ts";
import { createPeople, identityOf, type Person } from "./person.ts";

const AT_ONCE = 200;

/** Logs `count` people in, each once to one application. */
export async function fillWithSessions(store: Store, count: number): Promise<void> {
  await openGenerations(store, systemClock);
  const people = createPeople(count);
  for (let from = 0; from < count; from += AT_ONCE) {
    await Promise.all(people.slice(from, from + AT_ONCE).map((person) => visit(store, person)));
  }
}

async function visit(store: Store, person: Person): Promise<void> {
  const now = systemClock();
  const iat = Math.floor(now / 1_000);
  const identity = { ...identityOf(person, new Date(now).toISOString()), iat };
  const facts = factsOfIdentity(identity, now);
  const login = readLogin(TEAM, identity, facts, now);
  if (login === null || login === "undated") throw new Error("nobody logged in");
  await rememberVisit(store, { login, facts, application: "wiki", askedAt: now }, null, now);
}

/** Bytes of the sessions of some people as JSON, as administrators are shown them, for one session. */
export async function measureJson(store: Store, people: readonly Person[]): Promise<number> {
  let bytes = 0;
  for (const { subject } of people) {
    const { sessions } = await readPerson(store, systemClock, { subject, targets: [] });
    const [session] = sessions;
    if (session === undefined) throw new BenchmarkError("answers_differ", "a session is not in the store");
    const { id, login, seenAt, assertedAt, issuedAt, identity, device } = session;
    const facts = encodeFacts({ ...identity, ...device });
    const shown = { id, ...login, seenAt, assertedAt, issuedAt: Object.fromEntries(issuedAt), facts };
    bytes += Buffer.byteLength(JSON.stringify(shown));
  }
  return bytes / people.length;
}
