import type { VerifiedToken } from "./access-verifier.ts";
import type { EvaluationClaims } from "./claims.ts";
import type { KeyRing } from "./key-ring.ts";

const LIFETIME_SECONDS = 60;

/**
 * Signs the answer to an external evaluation: exactly `success`, `iat`, `exp` and the `nonce` of the
 * question. Only a verified question can be answered, so nobody else's nonce is ever signed.
 * `now` is milliseconds since the epoch; `iat` is rounded down, never into the future.
 */
export function signEvaluationAnswer(
  ring: Pick<KeyRing, "sign">,
  question: VerifiedToken<EvaluationClaims>,
  success: boolean,
  now: number,
): Promise<string> {
  const iat = Math.floor(now / 1_000);
  return ring.sign({ success, iat, exp: iat + LIFETIME_SECONDS, nonce: question.claims.nonce });
}
