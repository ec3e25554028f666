import type { Clock } from "../../clock.ts";
import { isFactName } from "../../core/attribute-codec.ts";
import { type CompiledApplication, denials } from "../../core/compile.ts";
import type { Decision } from "../../core/decision.ts";
import { evaluate } from "../../core/evaluate.ts";
import { current, type Facts, type FactsDraft } from "../../core/fact.ts";
import { put } from "../../core/fact-json.ts";
import type { PolicyDirectory } from "../../core/policy-directory.ts";
import type { Gatherer } from "../../pip/gather.ts";
import { nameOfKey, storeFacts, tellChanges } from "../../pip/store-facts.ts";
import { subjectOf } from "../../pip/subject.ts";
import { ACCESS, type AccessIdentity } from "../../session/access-identity.ts";
import { type Login, MAX_SKEW_MS, readLogin } from "../../session/login.ts";
import { basisOf, endOf, type PersonQuery, readPerson } from "../../session/person-state.ts";
import { targetsOf } from "../../session/revocation.ts";
import {
  assertsOtherwise,
  decodeSessionOf,
  rememberVisit,
  type Session,
  sessionsOf,
} from "../../session/session.ts";
import type { Store } from "../../store/store.ts";
import { wantedAtLogin } from "../decision/wanted.ts";

export interface LoginJudgeOptions {
  readonly store: Store;
  readonly gatherer: Gatherer;
  /** The team domain. */
  readonly team: string;
  readonly clock: Clock;
}

/** A verified call of External Evaluation, as far as it decides. */
export interface Call {
  readonly directory: PolicyDirectory;
  readonly application: CompiledApplication;
  readonly identity: AccessIdentity;
  /** What Access asserts in it, as old as the call. */
  readonly facts: Facts;
  /** When Access asked by its own clock, milliseconds since the epoch. */
  readonly askedAt: number;
  readonly now: number;
  /** How long providers may take. */
  readonly gatherMs: number;
}

/** A decision about a login, and what is to be remembered of it. */
export interface JudgedLogin {
  readonly decision: Decision;
  readonly facts: Facts;
  /** Changes with each revision and revocation that could have changed the decision. */
  readonly basis: string;
  /** Writes the session and what was learnt, in one round trip. Throws `StoreError`. */
  readonly remember: () => Promise<void>;
}

export type JudgeLogin = (call: Call) => Promise<JudgedLogin>;

const OVER = {
  session_revoked: denials("session_revoked", null).known,
  login_too_old: denials("login_too_old", null).known,
};

/** Judges calls of External Evaluation: each is a login, or the re-issue of one. Throws `StoreError`. */
export function createLoginJudge({ store, gatherer, team, clock }: LoginJudgeOptions): JudgeLogin {
  return async ({ directory, application, identity, facts: said, askedAt, now, gatherMs }) => {
    const login = readLogin(team, identity, said, now);
    if (login === "undated") return over("login_too_old", said, directory.revision);
    const wanted = wantedAtLogin(directory, application);
    const subject = subjectOf(said, now);
    const keys = gatherer.storeKeys(subject, wanted);
    const [person, stored] = await Promise.all([
      login === null ? null : readPerson(store, clock, queryOf(login)),
      keys.length === 0 ? [] : store.getMany(keys),
    ]);
    const basis = directory.revision + (person === null ? "" : basisOf(person));
    const ended =
      login === null || person === null ? null : endOf(login, person, datedAtMost(login, askedAt, now));
    if (ended !== null) return over(ended, said, basis);
    const [session = null] = person?.sessions ?? [];
    const known = session === null ? said : withFrozen(said, session, now);
    const { facts, toStore } = await gatherer.gather(subject, wanted, stored, known, gatherMs);
    return {
      decision: evaluate(application, facts, now),
      facts,
      basis,
      async remember() {
        // What cannot be stored is asked for again; only the session has to be kept.
        storeFacts(store, toStore).catch(() => {});
        if (login === null) return;
        const { id } = application.application;
        const visit = { login, facts, application: id, askedAt: Math.min(askedAt, now) };
        await rememberVisit(store, visit, session, now);
        if (session === null || !assertsOtherwise(session, visit)) return;
        tellChanges(store, [nameOfKey(sessionsOf(login.subject))]).catch(() => {});
      },
    };
  };
}

/** When a login was at the latest: a clock of Access's that is ahead of ours dates it ahead, too. */
function datedAtMost({ loginAt }: Login, askedAt: number, now: number): number {
  return askedAt > now ? loginAt - MAX_SKEW_MS : loginAt;
}

function over(why: keyof typeof OVER, facts: Facts, basis: string): JudgedLogin {
  return { decision: OVER[why], facts, basis, remember: async () => {} };
}

/** Of all the sessions that a person may have only that of the login matters here. */
function queryOf(login: Login): PersonQuery {
  const decode = (members: ReadonlyMap<string, string>) => {
    const session = decodeSessionOf(login, members);
    return session === null ? [] : [session];
  };
  return { subject: login.subject, targets: targetsOf(login), decode };
}

/** What providers said of the person at the login stands for all of its re-issues. */
function withFrozen(said: Facts, { identity }: Session, now: number): Facts {
  const facts: FactsDraft = { ...said };
  for (const name of Object.keys(identity).filter(isFactName)) {
    const fact = identity[name];
    const open = current<unknown>(said[name], now).state === "unknown";
    if (open && fact !== undefined && fact.source !== ACCESS) put(facts, name, fact);
  }
  return facts;
}
