import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { AccessKeys } from "./access-keys.ts";
import {
  type ApplicationClaims,
  checkApplicationClaims,
  checkEvaluationClaims,
  type EvaluationClaims,
} from "./claims.ts";
import { type GateRules, parseToken } from "./jwt-gate.ts";
import type { JsonObject } from "./strict-json.ts";

const DAY_MS = 86_400_000;
/** Access documents no lifetime for the tokens it posts; its applications' sessions last a month at most. */
const EVALUATION_LIFETIME_MS = DAY_MS;
const APPLICATION_LIFETIME_MS = 31 * DAY_MS;

const ACCESS_GATE: GateRules = { algorithms: ["RS256"], types: ["JWT", undefined] };

/** A token whose signature and claims have held. Only a verifier can make one. */
export type VerifiedToken<Claims> = Verified<Claims>;

class Verified<Claims> {
  /** Makes the type nominal: an object of the same shape is no verified token. */
  declare protected readonly verified: true;

  constructor(
    readonly claims: Claims,
    readonly kid: string,
    /** SHA-256 of the signed claims, base64url: together with `kid` and nonce it tells a replay. */
    readonly claimsHash: string,
  ) {}
}

export interface AccessVerifierOptions {
  readonly keys: Pick<AccessKeys, "find">;
  /** The team domain, as `iss` spells it: `https://acme.cloudflareaccess.com`. */
  readonly issuer: string;
  /** The audiences a token for `/evaluate` may have; null where they do not count. */
  readonly evaluationAudiences: readonly string[] | null;
  readonly evaluationLifetimeMs?: number;
  readonly clock: Clock;
}

/**
 * Verifies what Access signed. Every failure is a `TokenError`: with code `keys_unavailable` nothing
 * was decided about the token, with any other it is invalid. Neither lets anyone in.
 */
export interface AccessVerifier {
  verifyEvaluation(token: string): Promise<VerifiedToken<EvaluationClaims>>;
  /** `audiences`: those of the applications that it may be for; it is for exactly one. */
  verifyApplication(
    token: string,
    ...audiences: readonly string[]
  ): Promise<VerifiedToken<ApplicationClaims>>;
}

export function createAccessVerifier(options: AccessVerifierOptions): AccessVerifier {
  const { keys, issuer, clock } = options;
  const evaluationRules = {
    issuer,
    audiences: options.evaluationAudiences,
    maxLifetimeMs: options.evaluationLifetimeMs ?? EVALUATION_LIFETIME_MS,
  };

  async function verify<Claims>(
    token: string,
    checkClaims: (claims: JsonObject, now: number) => Claims,
  ): Promise<VerifiedToken<Claims>> {
    const parsed = parseToken(token, ACCESS_GATE);
    const key = await keys.find(parsed.kid);
    const { claims, payload } = await parsed.verifySignature(key);
    const claimsHash = createHash("sha256").update(payload).digest("base64url");
    return new Verified(checkClaims(claims, clock()), parsed.kid, claimsHash);
  }

  return {
    verifyEvaluation(token) {
      return verify(token, (claims, now) => checkEvaluationClaims(claims, evaluationRules, now));
    },
    verifyApplication(token, ...audiences) {
      const rules = { issuer, audiences, maxLifetimeMs: APPLICATION_LIFETIME_MS };
      return verify(token, (claims, now) => checkApplicationClaims(claims, rules, now));
    },
  };
}
