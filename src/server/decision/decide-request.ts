import type { Clock } from "../../clock.ts";
import type { FactName } from "../../core/attribute.ts";
import { isFactName } from "../../core/attribute-codec.ts";
import { type CompiledApplication, denials } from "../../core/compile.ts";
import type { Decision } from "../../core/decision.ts";
import { evaluate } from "../../core/evaluate.ts";
import { type Facts, known } from "../../core/fact.ts";
import type { DecisionReason, UnknownReason } from "../../core/reason.ts";
import type { Gatherer } from "../../pip/gather.ts";
import { nameOfKey, storeFacts } from "../../pip/store-facts.ts";
import { subjectOf } from "../../pip/subject.ts";
import { serviceTokenOf, type TokenClaims } from "../../session/access-claims.ts";
import { ACCESS } from "../../session/access-identity.ts";
import { type JoinEnd, joinAccessToken, type TokenOf } from "../../session/join.ts";
import { sessionsOf } from "../../session/session.ts";
import type { Store } from "../../store/store.ts";
import { DeadlineError, withDeadline } from "../deadline.ts";
import type { LiveCache } from "./live-cache.ts";
import { endOfLogin } from "./login-end.ts";
import type { ReadToken, TokenRead } from "./read-token.ts";
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
  readonly bearer?: {
    readonly issuer: string;
    readonly facts: Facts;
    /** When the person logged in, milliseconds since the epoch; null where it does not say. */
    readonly loginAt: number | null;
  };
}

/** A decision and what it rests on. */
export interface Answer {
  readonly decision: Decision;
  readonly facts: Facts;
  /** When it was decided, milliseconds since the epoch. */
  readonly now: number;
  /** The first moment at which the person would have to log in again; `Infinity` where no login counted. */
  readonly endsAt: number;
  /** Ids of the sessions that the token may belong to. */
  readonly sessions: readonly string[];
  /**
   * One and the same object for answers whose facts say the same: those of one token and one network that rest
   * on one look at the store. Null where nothing is known of that.
   */
  readonly likeness: object | null;
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
  readonly ended: JoinEnd | null;
  readonly sessions: readonly string[];
  /** Where all of it may be stored, by `nameOfKey`. */
  readonly names: readonly string[];
  /** What the store said, where all of it followed from that; null where a provider was asked. */
  readonly read: TokenRead | null;
}

/** Left of the deadline for deciding and answering. */
const RESERVE_MS = 10;

/** An answer that rests on no session, and is like no other. */
const ALONE = { sessions: [], likeness: null } as const;

const SIGN_ON_ONLY = denials("sign_on_only", null).known;

export function createDecider(options: DeciderOptions): DecideRequest {
  const { store, readToken, gatherer, team, cache, clock, onFailure } = options;

  /** `before`: what was learnt last of the same. */
  async function learn(ask: Ask, token: TokenOf | null, before: Learnt | undefined): Promise<Learnt> {
    const startedAt = performance.now();
    const { application, facts: said } = ask;
    const now = clock();
    const wanted = wantedWhile(application, token === null);
    const keysOf = (person: string) => (device: string | null) =>
      gatherer.storeKeys({ ...subjectOf(said, now), person, device }, wanted);
    const read =
      token === null ? null : await readToken(token, keysOf(token.subject), before?.read ?? undefined);
    // What followed from what the store says follows from it again; what has run out is no longer in it.
    if (before !== undefined && read !== null && before.read === read) return before;
    const joined = token === null || read === null ? null : joinAccessToken(token, read.person, now);
    const ended = joined?.state === "ended" ? joined.why : null;
    const of = joined?.state === "live" ? (ask.token?.bearer?.facts ?? joined.facts) : {};
    const given = fillPerson(
      { ...of, ...said },
      application.requirements,
      ended,
      // A bearer token speaks for itself: logging in again brings no more than it says.
      token !== null && ask.token?.bearer === undefined,
    );
    const about = subjectOf(given, now);
    const keys = gatherer.storeKeys(about, wanted);
    const factKeys = keys.map(nameOfKey);
    const stored =
      read === null && keys.length > 0
        ? await store.getMany(keys)
        : factKeys.map((key) => read?.stored.get(key) ?? null);
    const leftMs = ask.deadlineMs - (performance.now() - startedAt) - RESERVE_MS;
    const { facts, toStore, asked } = await gatherer.gather(
      about,
      wanted,
      stored,
      given,
      Math.max(leftMs, 0),
    );
    // Who asks next finds it; if it cannot be stored they ask the provider.
    storeFacts(store, toStore).catch(() => {});
    const names = token === null ? factKeys : [...factKeys, nameOfKey(sessionsOf(token.subject))];
    const sessions = joined?.state === "live" ? joined.sessions.map(({ id }) => id) : [];
    return { facts, ended, sessions, names, read: asked ? null : read };
  }

  return async (ask) => {
    const { application, token } = ask;
    if (application.application.type === "saas") {
      return { decision: SIGN_ON_ONLY, facts: ask.facts, now: clock(), endsAt: 0, ...ALONE };
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
      const learnt = await withDeadline(
        learn(asked, of, key === null ? undefined : cache.last(key)),
        asked.deadlineMs,
      );
      const answer = conclude(asked, of, learnt, clock());
      keep?.(learnt, answer.decision.outcome === "permit", learnt.names);
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
  const of = { claims: token.claims, subject, application: application.application.id };
  const { bearer } = token;
  return bearer === undefined ? { ...of, team } : { ...of, team: bearer.issuer, loginAt: bearer.loginAt };
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
  ended: JoinEnd | null,
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
  const endsAt = endOfLogin(decision, ask, token, learnt.facts);
  if (now < endsAt) return { decision, facts, now, endsAt, sessions, likeness: learnt };
  const country = learnt.facts["network.country"];
  const still = country === undefined ? ask.facts : { "network.country": country, ...ask.facts };
  const left = fillUnknown(still, application.requirements, "session_expired", isOfLogin);
  const without = evaluate(application, left, now);
  return { decision: without, facts: left, now, endsAt: Number.POSITIVE_INFINITY, ...ALONE };
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
  return { decision, facts, now, endsAt: Number.POSITIVE_INFINITY, ...ALONE };
}

/** Everything that what is learnt depends on. */
function cacheKey({ application, revision, facts }: Ask, claimsHash: string): string {
  let key = `${JSON.stringify(application.application.id)}\n${revision}\n${claimsHash}`;
  for (const name of Object.keys(facts).filter(isFactName)) key += `\n${name}${showFact(name, facts)}`;
  return key;
}
