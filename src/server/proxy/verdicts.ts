import type { FactName } from "../../core/attribute.ts";
import { phaseOf } from "../../core/attribute.ts";
import type { CompiledApplication } from "../../core/compile.ts";
import type { Decision } from "../../core/decision.ts";
import { current, type Facts } from "../../core/fact.ts";
import { parseHost } from "../../core/host.ts";
import { firstTurn } from "../../core/turn.ts";
import type { VerdictClaims } from "../../token/verdict-token.ts";
import { withDeadline } from "../deadline.ts";
import type { Answer } from "../decision/decide-request.ts";
import { Recent } from "../decision/recent.ts";
import { showFact } from "../decision/show-fact.ts";
import type { AskedRequest } from "./gate.ts";

/** A permit that is to be signed. */
export interface Permit {
  readonly asked: AskedRequest;
  readonly application: CompiledApplication;
  readonly revision: string;
  /** What tells the login from all others: the hash of its token; empty for nobody. */
  readonly login: string;
  readonly subject: string;
  readonly answer: Answer;
}

export interface VerdictsOptions {
  /** Signs, or throws `TokenError`. */
  readonly sign: (claims: VerdictClaims) => Promise<string>;
  /** Changes when the keys do: what a key has signed that is gone is handed out no more. */
  readonly keysVersion: () => string;
  /** `iss` of the verdicts. */
  readonly issuer: string;
  readonly ttlMs: number;
  /** Whether a verdict is for one request, or for all that the same person asks of an application. */
  readonly bind: "application" | "request";
}

/**
 * The signed verdict for a permit: the one before, as long as nothing that it rests on has changed. Throws
 * `TokenError`, and `DeadlineError` where it takes longer than `leftMs` says that there is time.
 */
export type SignPermit = (permit: Permit, leftMs: () => number) => Promise<string>;

interface Signed {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const KEPT_AT_MOST = 10_000;
/** One that is repeated lives at least as long yet. */
const MIN_LEFT_MS = 5_000;

export function createSignPermit(options: VerdictsOptions): SignPermit {
  const recent = new Recent<Signed>(KEPT_AT_MOST);
  return async (permit, leftMs) => {
    const key = keyOf(permit, options);
    const before = recent.get(key);
    const { now } = permit.answer;
    const limit = limitOf(permit);
    const isGood = (signed: Signed) => signed.expiresAt - now >= MIN_LEFT_MS && signed.expiresAt <= limit;
    if (before !== undefined && isGood(before)) return before.token;
    const claims = claimsOf(permit, options, limit);
    const token = await withDeadline(options.sign(claims), leftMs());
    recent.set(key, { token, expiresAt: claims.exp * 1_000 });
    return token;
  };
}

/** Everything that a verdict says or rests on. */
function keyOf(permit: Permit, { bind, keysVersion }: VerdictsOptions): string {
  const { method, host, target } = permit.asked;
  const key = `${keysVersion()}\n${groundsOnce(permit)}`;
  return bind === "request" ? `${key}\n${method} ${host} ${target}` : key;
}

const told = new WeakMap<object, { readonly decision: Decision; readonly grounds: string }>();

/** The same grounds are those of request after request. */
function groundsOnce(permit: Permit): string {
  const { likeness, decision } = permit.answer;
  const before = likeness === null ? undefined : told.get(likeness);
  if (before?.decision === decision) return before.grounds;
  const grounds = groundsOf(permit);
  if (likeness !== null) told.set(likeness, { decision, grounds });
  return grounds;
}

function groundsOf({ application, revision, login, answer }: Permit): string {
  const { facts, decision, sessions } = answer;
  const { id } = application.application;
  let grounds = `${id}\n${revision}\n${login}\n${sessions.join()}\n${decision.policy?.id}`;
  for (const name of application.requirements) grounds += `\n${showFact(name, facts)}`;
  return `${grounds}\n${showFact("credential.service_token", facts)}`;
}

function claimsOf(permit: Permit, { issuer, ttlMs, bind }: VerdictsOptions, limit: number): VerdictClaims {
  const { asked, application, revision, subject, answer } = permit;
  const { decision, facts, now } = answer;
  return {
    iss: issuer,
    aud: application.application.id,
    sub: subject,
    iat: Math.floor(now / 1_000),
    exp: toExpiry(Math.min(now + ttlMs, limit), now),
    jti: crypto.randomUUID(),
    decision: "permit",
    effect: decision.effect,
    policy: decision.policy?.id ?? null,
    rev: revision,
    fresh: Math.ceil(oldestAge(application.requirements, facts, now) / 1_000),
    ...(bind === "request" ? requestOf(asked) : {}),
  };
}

/** Whole seconds, rounded down; where that would be over already, with their fraction (RFC 7519, 2). */
function toExpiry(endsAt: number, now: number): number {
  const seconds = Math.floor(endsAt / 1_000);
  return seconds * 1_000 > now ? seconds : endsAt / 1_000;
}

function requestOf({ method, host, target }: AskedRequest) {
  const [path = target] = target.split("?", 1);
  return { method, host: parseHost(host) ?? host, path };
}

/** No verdict outlives the session, the first of the facts that count now, nor what the rules make of them. */
function limitOf({ application, answer: { facts, now, endsAt } }: Permit): number {
  let first = Math.min(endsAt, firstTurn(application.turns, facts, now));
  for (const name of application.requirements) {
    const fact = current<unknown>(facts[name], now);
    if (fact.state !== "unknown") first = Math.min(first, fact.expiresAt);
  }
  return first;
}

/** Age of the oldest of the facts that are watched, milliseconds. */
function oldestAge(names: readonly FactName[], facts: Facts, now: number): number {
  let oldest = 0;
  for (const name of names) {
    const fact = current<unknown>(facts[name], now);
    if (fact.state !== "unknown" && phaseOf(name) === "continuous")
      oldest = Math.max(oldest, now - fact.learntAt);
  }
  return oldest;
}
