import type { FactName } from "../../core/attribute.ts";
import type { CompiledApplication } from "../../core/compile.ts";
import type { Decision } from "../../core/decision.ts";
import type { Facts } from "../../core/fact.ts";
import type { TokenClaims } from "../../session/access-claims.ts";
import { issueTimeOf, type TokenOf } from "../../session/join.ts";
import { SESSION_DURATION_MS } from "../../session/session.ts";
import type { Ask } from "./decide-request.ts";
import { isOfLogin } from "./wanted.ts";

/**
 * When a decision ends because the login of `token` does, milliseconds since the epoch; `Infinity` where it
 * rests on none. `learnt`: what is known beside what the request says itself.
 */
export function endOfLogin(decision: Decision, ask: Ask, token: TokenOf | null, learnt: Facts): number {
  return token !== null && restsOnLogin(decision, ask, learnt)
    ? endOfSession(token.claims, ask.application, decision)
    : Number.POSITIVE_INFINITY;
}

/** An Allow does, and so does what else counts the device of a login. */
function restsOnLogin(decision: Decision, { application, facts }: Ask, learnt: Facts): boolean {
  if (decision.effect === "allow") return true;
  // No other policy has a part in a permit that asks for nobody.
  const granting = application.firstTier.find(({ permits }) => permits === decision);
  return (
    granting?.lists.facts.some((name) => {
      const state = facts[name] === undefined ? learnt[name]?.state : undefined;
      return state !== undefined && state !== "unknown" && mayBeOfLogin(name);
    }) ?? false
  );
}

/** What plugins say in words of their own may be of the person or of the device. */
function mayBeOfLogin(name: FactName): boolean {
  return isOfLogin(name) || name.startsWith("own.");
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
