import type { AccessVerifier } from "../../../src/token/access-verifier.ts";
import { TokenError } from "../../../src/token/token-error.ts";
import {
  applicationClaims,
  createTestVerifier,
  evaluationClaims,
  signAccessToken,
} from "../../token/access-team.ts";
import { hold, type Target } from "../target.ts";

type VerifyEvaluation = AccessVerifier["verifyEvaluation"];

const verifier = createTestVerifier();
/** All that Access has ever signed. */
const SIGNED = await Promise.all([
  signAccessToken(evaluationClaims()),
  signAccessToken(evaluationClaims({ nonce: "other", identity: {} })),
  signAccessToken(evaluationClaims({ exp: 1 })),
  signAccessToken(applicationClaims()),
]);

/** Tokens of Access, changed: none is accepted but the very ones that it signed. */
export function accessTokenTarget(verify: VerifyEvaluation = verifier.verifyEvaluation): Target {
  return {
    name: "access-token",
    corpus: SIGNED,
    dictionary: [".", "=", "_", "-", "A", "e30", ...SIGNED.flatMap((token) => token.split("."))],
    async check(token) {
      try {
        await verify(token);
      } catch (error) {
        if (error instanceof TokenError) return false;
        throw error;
      }
      hold(SIGNED.includes(token), "what Access did not sign is not accepted");
      return true;
    },
  };
}
