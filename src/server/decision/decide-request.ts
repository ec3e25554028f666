import type { Clock } from "../../clock.ts";
import type { FactName } from "../../core/attribute.ts";
import { isFactName } from "../../core/attribute-codec.ts";
import { type CompiledApplication, denials } from "../../core/compile.ts";
import type { Decision } from "../../core/decision.ts";
import { evaluate } from "../../core/evaluate.ts";
import { type Facts, known } from "../../core/fact.ts";
import type { DecisionReason, UnknownReason } from "../../core/reason.ts";
import type { Gatherer } from "../../pip/gather.ts";
import { subjectOf } from "../../pip/subject.ts";
import { serviceTokenOf, type TokenClaims } from "../../session/access-claims.ts";
import { ACCESS } from "../../session/access-identity.ts";
import { issueTimeOf, joinAccessToken, type TokenOf } from "../../session/join.ts";
import type { Ended } from "../../session/person-state.ts";
import type { Store } from "../../store/store.ts";
import { DeadlineError, withDeadline } from "../deadline.ts";
import type { LiveCache } from "./live-cache.ts";
import { nameOfKey, type ReadToken } from "./read-token.ts";
import { showFact } from "./show-fact.ts";
import { fillUnknown, isFrozen, isOfLogin } from "./wanted.ts";

/** One request to an application, as a proxy tells of it. */
export interface Ask {
  readonly application: CompiledApplication;
  /** Of the policy set that the application is from. */
  readonly revision: string;
  /** The verified token that came with it; null for none. */
  readonly token: AskToken | null;
  /** What the request itself says: its network and its credentials, or a person known by other means. */
  readonly facts: Facts;
  readonly deadlineMs: number;
}

/** A verified token that may name a person. */
export interface AskToken {
  readonly claims: TokenClaims;
  readonly claimsHash: string;
  /** Of a token that is not Access's: no login here made a session of it, so it speaks for itself. */
  readonly bearer?: { readonly issuer: string; readonly facts: Facts };
}

/** A decision and what it rests on. */
export interface Answer {
  readonly decision: Decision;
  readonly facts: Facts;
  /** When it was decided, milliseconds since the epoch. */
  readonly now: number;
  /** The first moment at which the person would have to log in again; `Infinity` where nobody counted. */
  readonly endsAt: number;
  /** Ids of the sessions that the token may belong to. */
  readonly sessions: readonly string[];
}

export interface DeciderOptions {
  readonly store: Store;
  readonly readToken: ReadToken;
  readonly gatherer: Gatherer;
  /** The team domain that the tokens are of. */
  readonly team: string;
  readonly cache: LiveCache<Learnt>;
  readonly clock: Clock;
  /** Hears of what should not happen. */
  readonly onFailure: (error: unknown) => void;
}

/** Decides one request. Never throws, and is never later than its deadline. */
export type DecideRequest = (ask: Ask) => Promise<Answer>;

/** What was learnt of a request beside what it says itself. */
export interface Learnt {
  readonly facts: Facts;
  readonly ended: Ended | null;
  readonly sessions: readonly string[];
}

/** Of an application or policy that says nothing else. */
const SESSION_DURATION_MS = 24 * 3_600_000;
/** Left of the deadline for deciding and answering. */
const RESERVE_MS = 10;

const SIGN_ON_ONLY = denials("sign_on_only", null).known;

export function createDecider(options: DeciderOptions): DecideRequest {
  const { store, readToken, gatherer, team, cache, clock, onFailure } = options;

  async function learn(ask: Ask, token: TokenOf | null): Promise<Learnt> {
    const startedAt = performance.now();
    const { application, facts: said } = ask;
    const now = clock();
    const wanted = wantedWhile(application, token === null);
    const subject = { ...subjectOf(said, now), ...(token === null ? {} : { person: token.subject }) };
    const read =
      token === null
        ? null
        : await readToken(token, (device) => gatherer.storeKeys({ ...subject, device }, wanted));
    const joined = token === null || read === null ? null : joinAccessToken(token, read.person, now);
    const ended = joined?.state === "ended" ? joined.why : null;
    const of = joined?.state === "live" ? (ask.token?.bearer?.facts ?? joined.facts) : {};
    const given = fillPerson({ ...of, ...said }, application.requirements, ended, token !== null);
    const about = subjectOf(given, now);
    const keys = gatherer.storeKeys(about, wanted);
    const stored =
      read === null && keys.length > 0
        ? await store.getMany(keys)
        : keys.map((key) => read?.stored.get(nameOfKey(key)) ?? null);
    const leftMs = ask.deadlineMs - (performance.now() - startedAt) - RESERVE_MS;
    const { facts, toStore } = await gatherer.gather(about, wanted, stored, given, Math.max(leftMs, 0));
    // Who asks next finds it; if it cannot be stored they ask the provider.
    for (const { key, value, expiresAt } of toStore) store.set(key, value, expiresAt).catch(() => {});
    const sessions = joined?.state === "live" ? joined.sessions.map(({ id }) => id) : [];
    return { facts, ended, sessions };
  }

  return async (ask) => {
    const { application, token } = ask;
    if (application.application.type === "saas") {
      return { decision: SIGN_ON_ONLY, facts: ask.facts, now: clock(), endsAt: 0, sessions: [] };
    }
    const asked = withServiceToken(ask, clock());
    const of = tokenOf(asked, team);
    const key = token === null || of === null ? null : cacheKey(asked, token.claimsHash);
    const cached = key === null ? undefined : cache.get(key);
    if (cached !== undefined) {
      const answer = conclude(asked, of, cached, clock());
      // Denied, for what it rested on has run out since: it is learnt anew.
      if (answer.decision.outcome === "permit") return answer;
    }
    try {
      const keep = key === null ? null : cache.prepare(key);
      const learnt = await withDeadline(learn(asked, of), asked.deadlineMs);
      const answer = conclude(asked, of, learnt, clock());
      if (answer.decision.outcome === "permit") keep?.(learnt);
      return answer;
    } catch (error) {
      if (!(error instanceof DeadlineError)) onFailure(error);
      return concludeWithout(asked, of, error, clock());
    }
  };
}

/** Who a token is about; null for nobody: a service token's, or none. */
function tokenOf({ token, application }: Ask, team: string): TokenOf | null {
  const subject = token?.claims.sub;
  if (token === null || subject === undefined || subject === "") return null;
  const issuer = token.bearer?.issuer ?? team;
  return { claims: token.claims, subject, team: issuer, application: application.application.id };
}

function withServiceToken(ask: Ask, now: number): Ask {
  const client = ask.token === null ? null : serviceTokenOf(ask.token.claims);
  if (ask.token === null || client === null || ask.facts["credential.service_token"] !== undefined)
    return ask;
  const from = { source: ACCESS, learntAt: now, expiresAt: ask.token.claims.exp * 1_000 };
  return { ...ask, facts: { ...ask.facts, "credential.service_token": known(client, from) } };
}

const watched = new WeakMap<CompiledApplication, readonly FactName[]>();

/** What may still be asked of providers: what a login froze is not, unless there was no login here. */
function wantedWhile(application: CompiledApplication, withoutLogin: boolean): readonly FactName[] {
  if (withoutLogin) return application.requirements;
  const before = watched.get(application);
  if (before !== undefined) return before;
  const wanted = application.requirements.filter((name) => !isFrozen(name));
  watched.set(application, wanted);
  return wanted;
}

/** Says of what the person's session lacks why it does. */
function fillPerson(
  facts: Facts,
  requirements: readonly FactName[],
  ended: Ended | null,
  loggedIn: boolean,
): Facts {
  if (ended !== null) return fillUnknown(facts, requirements, ended, isOfLogin);
  if (loggedIn) return fillUnknown(facts, requirements, "log_in_again", isFrozen);
  const somebody = facts["identity.subject"]?.state === "known";
  return somebody
    ? facts
    : fillUnknown(facts, requirements, "no_person", (name) => name.startsWith("identity."));
}

function conclude(ask: Ask, token: TokenOf | null, learnt: Learnt, now: number): Answer {
  const { application } = ask;
  const facts = { ...learnt.facts, ...ask.facts };
  const decision = evaluate(application, facts, now);
  const { sessions } = learnt;
  if (token === null || decision.effect !== "allow") {
    return { decision, facts, now, endsAt: Number.POSITIVE_INFINITY, sessions };
  }
  const endsAt = endOfSession(token.claims, application, decision);
  if (now < endsAt) return { decision, facts, now, endsAt, sessions };
  const left = fillUnknown(ask.facts, application.requirements, "session_expired", isOfLogin);
  return { decision: evaluate(application, left, now), facts: left, now, endsAt, sessions: [] };
}

/** The session of an application begins when Access issues its token, and binds by the durations of today. */
function endOfSession(
  claims: TokenClaims,
  { application }: CompiledApplication,
  { policy }: Decision,
): number {
  const issuedAt = issueTimeOf(claims);
  if (issuedAt === null) return 0;
  const lastsMs = policy?.sessionDurationMs ?? application.sessionDurationMs ?? SESSION_DURATION_MS;
  return Math.min(issuedAt + lastsMs, claims.exp * 1_000);
}

/** Decides by what the request alone says: nobody is let in for what the store would have had to confirm. */
function concludeWithout(ask: Ask, token: TokenOf | null, error: unknown, now: number): Answer {
  const late = error instanceof DeadlineError;
  const why: UnknownReason = late ? "timeout" : "store_unavailable";
  const reason: DecisionReason = late ? "deadline_exceeded" : "store_unavailable";
  const { application } = ask;
  const facts = token === null ? ask.facts : fillUnknown(ask.facts, application.requirements, why, isOfLogin);
  const decided = evaluate(application, facts, now);
  const decision = decided.outcome === "permit" ? decided : denials(reason, null).unknown;
  return { decision, facts, now, endsAt: Number.POSITIVE_INFINITY, sessions: [] };
}

/** Everything that what is learnt depends on. */
function cacheKey({ application, revision, facts }: Ask, claimsHash: string): string {
  let key = `${JSON.stringify(application.application.id)}\n${revision}\n${claimsHash}`;
  for (const name of Object.keys(facts).filter(isFactName)) key += `\n${name}${showFact(name, facts)}`;
  return key;
}
