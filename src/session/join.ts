import { isFactName } from "../core/attribute-codec.ts";
import { parseEmail } from "../core/email.ts";
import { type Facts, type FactsDraft, unknown } from "../core/fact.ts";
import { put } from "../core/fact-json.ts";
import { factsOfClaims, type TokenClaims } from "./access-claims.ts";
import { MAX_SKEW_MS } from "./login.ts";
import { type Ended, isOlder, latestRevocation, type PersonState } from "./person-state.ts";
import type { RevocationTarget } from "./revocation.ts";
import type { Session } from "./session.ts";

/** What an Access token says once it is joined to the session that its login made. */
export type Joined =
  | {
      readonly state: "live";
      /** Of the person and the device. */
      readonly facts: Facts;
      /** The sessions it may belong to; empty where only its own claims are known. */
      readonly sessions: readonly Session[];
    }
  | { readonly state: "ended"; readonly why: JoinEnd };

/** `login_undated`: revoked, and no later login will show in a token of its issuer. */
export type JoinEnd = Ended | "login_undated";

export interface TokenOf {
  readonly claims: TokenClaims;
  /** `sub` of the token: `user_uuid` of the identity. */
  readonly subject: string;
  readonly team: string;
  /** Id of the application that the token is for. */
  readonly application: string;
  /**
   * Of an issuer whose logins make no session: when it says that its person logged in, milliseconds since the
   * epoch; null where it does not say.
   */
  readonly loginAt?: number | null;
}

/**
 * Joins a verified token of an application to the sessions of `state`: same team and subject, narrowed by
 * the token's device and by when it was issued. Where several remain, an attribute on which they differ is
 * unknown. A token that a revoked login may have been issued for does not count; one that tells its own login
 * counts where that was later.
 */
export function joinAccessToken(token: TokenOf, state: PersonState, now: number): Joined {
  const issuedAt = issueTimeOf(token.claims);
  const live: Session[] = [];
  let tooOld = issuedAt === null || isOlder(issuedAt, state.bornAt);
  let revoked = isRevoked(token, latestRevocation(state, tokenTargets(token)));
  for (const session of candidatesOf(token, state.sessions)) {
    const revokedBefore = latestRevocation(state, session.targets);
    if (revokedBefore !== null && session.login.loginAt <= revokedBefore) {
      // Issued before the revocation, it may be a token of this very login.
      if (issuedAt === null || issuedAt <= revokedBefore) return { state: "ended", why: "session_revoked" };
      revoked = true;
    } else if (isOlder(session.login.loginAt, state.bornAt)) tooOld = true;
    else live.push(session);
  }
  if (live.length > 0) {
    const sessions = narrowByIssue(token, live);
    const facts = { ...agreedIdentity(sessions), ...deviceFactsOf(sessions) };
    return { state: "live", facts: withEmailOf(token.claims, facts), sessions };
  }
  if (revoked) return { state: "ended", why: token.loginAt === null ? "login_undated" : "session_revoked" };
  if (tooOld) return { state: "ended", why: "login_too_old" };
  return { state: "live", facts: factsOfClaims(token.claims, now), sessions: [] };
}

/** The issuer's clock may be ahead of the one that dated the revocation. */
function isRevoked({ loginAt = null }: TokenOf, revokedBefore: number | null): boolean {
  return revokedBefore !== null && (loginAt === null || loginAt - MAX_SKEW_MS <= revokedBefore);
}

/** What a token can be revoked by, whichever login it belongs to. */
export function tokenTargets({ claims, subject }: TokenOf): readonly RevocationTarget[] {
  const email = parseEmail(claims.email);
  const targets: RevocationTarget[] = [{ kind: "user", id: subject }];
  if (email !== null) targets.push({ kind: "email", id: email.address });
  if (claims.device_id) targets.push({ kind: "device", id: claims.device_id });
  return targets;
}

/** The sessions whose login may have led to a token. */
export function candidatesOf(token: TokenOf, sessions: readonly Session[]): readonly Session[] {
  const { claims, team, subject } = token;
  const issuedAt = issueTimeOf(claims);
  return sessions.filter(
    ({ login }) =>
      login.team === team &&
      login.subject === subject &&
      (!claims.device_id || login.device === claims.device_id) &&
      (issuedAt === null || login.loginAt <= issuedAt),
  );
}

/** How far apart Access's question about an application and the token that follows it are dated. */
const ISSUE_WINDOW_MS = 30_000;

/**
 * Where Access asked about the application when the token was issued, the token is of no session that was
 * not heard of by then, nor of one for which Access had asked last before. It may be of one for which it
 * asked again later.
 */
function narrowByIssue({ claims, application }: TokenOf, sessions: readonly Session[]): readonly Session[] {
  const issuedAt = issueTimeOf(claims);
  if (issuedAt === null) return sessions;
  const sinceIssue = ({ issuedAt: asked }: Session) =>
    (asked.get(application) ?? Number.NEGATIVE_INFINITY) - issuedAt;
  if (!sessions.some((session) => Math.abs(sinceIssue(session)) <= ISSUE_WINDOW_MS)) return sessions;
  const narrowed = sessions.filter(
    (session) => sinceIssue(session) >= -ISSUE_WINDOW_MS && session.seenAt - issuedAt <= ISSUE_WINDOW_MS,
  );
  // Clocks that disagree tell no session from another.
  return narrowed.length === 0 ? sessions : narrowed;
}

/** When a token was issued, milliseconds since the epoch; null where it does not say. */
export function issueTimeOf({ iat }: TokenClaims): number | null {
  return iat === undefined ? null : iat * 1_000;
}

function agreedIdentity(sessions: readonly Session[]): Facts {
  return sessions.map(({ identity }) => identity).reduce(agree);
}

function agree(some: Facts, other: Facts): Facts {
  const agreed: FactsDraft = {};
  for (const name of Object.keys({ ...some, ...other }).filter(isFactName)) {
    const [one, two] = [some[name], other[name]];
    if (one === undefined || two === undefined) put(agreed, name, unknown("log_in_again"));
    else if (isSameFact(one, two)) put(agreed, name, one);
    else put(agreed, name, unknown("disagreement"));
  }
  return agreed;
}

type Named = NonNullable<Facts[keyof Facts]>;

function isSameFact(one: Named, two: Named): boolean {
  if (one.state === "known" && two.state === "known") {
    return one.complete === two.complete && Bun.deepEquals(one.value, two.value, true);
  }
  if (one.state === "unknown" && two.state === "unknown") return one.why === two.why;
  return one.state === two.state;
}

/** Of one device what was asserted last; of several nothing. */
function deviceFactsOf(sessions: readonly Session[]): Facts {
  const devices = new Set(sessions.map(({ login }) => login.device));
  if (devices.size === 1) {
    return sessions.reduce((last, session) => (session.assertedAt > last.assertedAt ? session : last)).device;
  }
  const facts: FactsDraft = {};
  for (const name of sessions.flatMap(({ device }) => Object.keys(device)).filter(isFactName)) {
    put(facts, name, unknown("several_devices"));
  }
  return facts;
}

/** A token that names another address than its login is no proof of either. */
function withEmailOf({ email }: TokenClaims, facts: Facts): Facts {
  const named = parseEmail(email);
  const frozen = facts["identity.email"];
  if (named === null || frozen?.state !== "known" || frozen.value.address === named.address) return facts;
  return { ...facts, "identity.email": unknown("disagreement") };
}
