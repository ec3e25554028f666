import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import type { JsonObject } from "./strict-json.ts";
import { TokenError } from "./token-error.ts";

/** How far a token's `iat` and `nbf` may lie ahead of our clock. */
const MAX_SKEW_MS = 60_000;

const Seconds = Type.Integer();
const Nested = Type.Unsafe<JsonObject>(Type.Object({}));
const Times = { exp: Seconds, iat: Type.Optional(Seconds), nbf: Type.Optional(Seconds) };
const Audience = Type.Union([Type.String(), Type.Array(Type.String())]);

const EvaluationSchema = Type.Object({
  ...Times,
  iss: Type.Optional(Type.String()),
  aud: Type.Optional(Audience),
  nonce: Type.String({ pattern: "^[\\x20-\\x7e]{1,256}$" }),
  identity: Nested,
});

const ApplicationSchema = Type.Object({
  ...Times,
  iss: Type.String(),
  aud: Audience,
  // A token for the whole organisation (`org`) is signed by the same keys and is none for an application.
  type: Type.Optional(Type.Literal("app")),
  // So is what an External Evaluation is asked: who may answer it must not be able to use it.
  identity: Type.Optional(Type.Never()),
  nonce: Type.Optional(Type.Never()),
  sub: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  country: Type.Optional(Type.String()),
  common_name: Type.Optional(Type.String()),
  device_id: Type.Optional(Type.String()),
  identity_nonce: Type.Optional(Type.String()),
  custom: Type.Optional(Nested),
});

/** What Access tells an external evaluation. Times are seconds since the epoch. */
export type EvaluationClaims = Static<typeof EvaluationSchema>;
/** What Access tells an application about who is asking. Times are seconds since the epoch. */
export type ApplicationClaims = Static<typeof ApplicationSchema>;

const evaluationCheck = TypeCompiler.Compile(EvaluationSchema);
const applicationCheck = TypeCompiler.Compile(ApplicationSchema);

export interface ClaimRules {
  /** The team domain, as `iss` spells it: `https://acme.cloudflareaccess.com`. */
  readonly issuer: string;
  /** One of them must be the token's only audience. Null: its audience does not count. */
  readonly audiences: readonly string[] | null;
  /** How far ahead `exp` may lie. */
  readonly maxLifetimeMs: number;
}

/**
 * Checks the claims of a token posted to an external evaluation; `iss` counts where it is present.
 * `now` is milliseconds since the epoch. Throws `TokenError`.
 */
export function checkEvaluationClaims(claims: JsonObject, rules: ClaimRules, now: number): EvaluationClaims {
  const checked = checkShape(evaluationCheck, claims);
  checkTimes(checked, rules.maxLifetimeMs, now);
  if (checked.iss !== undefined) checkIssuer(checked.iss, rules.issuer);
  if (rules.audiences !== null) checkAudience(checked.aud, rules.audiences);
  return checked;
}

/**
 * Checks the claims of an Access application token: issuer, audience and expiry are mandatory, `nbf`
 * is not, for service tokens lack it. `now` is milliseconds since the epoch. Throws `TokenError`.
 */
export function checkApplicationClaims(
  claims: JsonObject,
  rules: ClaimRules & { readonly audiences: readonly string[] },
  now: number,
): ApplicationClaims {
  const checked = checkShape(applicationCheck, claims);
  checkTimes(checked, rules.maxLifetimeMs, now);
  checkIssuer(checked.iss, rules.issuer);
  checkAudience(checked.aud, rules.audiences);
  return checked;
}

/** The claims, if they are of this shape. Throws `TokenError`. */
export function checkShape<S extends TSchema>(check: TypeCheck<S>, claims: JsonObject): Static<S> {
  if (check.Check(claims)) return claims;
  // The paths of these schemas name claims of ours, never of the sender's.
  const path = check.Errors(claims).First()?.path.slice(1);
  throw new TokenError("claims_malformed", `the token's claim ${path} is missing or not as it must be`);
}

/** Throws `TokenError` for a token that has expired, lives too long or is of the future. */
export function checkTimes(
  times: { exp: number; iat?: number; nbf?: number },
  maxLifetimeMs: number,
  now: number,
): void {
  const leftMs = times.exp * 1_000 - now;
  // Written so that a clock that is not a number refuses.
  if (!(leftMs > 0)) throw new TokenError("expired", "the token has expired");
  if (!(leftMs <= maxLifetimeMs)) {
    throw new TokenError(
      "lifetime_too_long",
      `the token lives for more than ${maxLifetimeMs / 1_000} seconds`,
    );
  }
  if (isAhead(times.iat, now)) throw new TokenError("issued_in_future", "the token's iat lies in the future");
  if (isAhead(times.nbf, now)) throw new TokenError("not_yet_valid", "the token's nbf lies in the future");
}

function isAhead(seconds: number | undefined, now: number): boolean {
  return seconds !== undefined && seconds * 1_000 > now + MAX_SKEW_MS;
}

/** Throws `TokenError`. */
export function checkIssuer(issuer: string, expected: string): void {
  if (issuer !== expected)
    throw new TokenError("wrong_issuer", "the token's iss is not the one expected here");
}

/** The audience must be one, and allowed. Throws `TokenError`. */
export function checkAudience(audience: string | string[] | undefined, allowed: readonly string[]): void {
  const [only, ...others] = typeof audience === "string" ? [audience] : (audience ?? []);
  if (!only || others.length > 0 || !allowed.includes(only)) {
    throw new TokenError(
      "wrong_audience",
      "the token's aud is not the one expected here, or not the only one",
    );
  }
}
