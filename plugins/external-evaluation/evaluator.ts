import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { errors, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import type { Host } from "../../src/plugin.ts";
import { AnswerError } from "../support/answer-error.ts";
import { createKeySet } from "./key-set.ts";
import type { SigningKey } from "./signing-key.ts";

export interface EvaluatorOptions {
  readonly evaluateUrl: string;
  readonly keysUrl: string;
  readonly key: SigningKey;
}

/** Who asks to be let in, as Access names it. */
export interface Identity {
  readonly email: string;
  readonly user_uuid: string;
  readonly ip: string;
}

/** Whether an evaluator lets somebody in. Rejects where it does not answer as it must. */
export type Evaluate = (identity: Identity, signal: AbortSignal) => Promise<boolean>;

const LIFETIME_SECONDS = 60;

const Reply = TypeCompiler.Compile(Type.Object({ token: Type.String() }));
const Claims = TypeCompiler.Compile(Type.Object({ success: Type.Boolean(), nonce: Type.String() }));

/**
 * Asks in a signed token; believes only an answer that is signed by a key of the evaluator's, has not expired
 * and repeats the nonce of this very question.
 */
export function createEvaluator({ evaluateUrl, keysUrl, key }: EvaluatorOptions, host: Host): Evaluate {
  const keys = createKeySet(keysUrl, host);

  return async (identity, signal) => {
    const nonce = crypto.randomUUID();
    const issuedAt = Math.floor(host.now() / 1_000);
    const question = await new SignJWT({ identity: { ...identity, iat: issuedAt }, nonce })
      .setProtectedHeader({ alg: "RS256", kid: key.kid, typ: "JWT" })
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_SECONDS)
      .sign(key.privateKey);
    const response = await host.fetch(evaluateUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: question }),
      signal,
    });
    if (response.status === 404) throw new Error("the evaluator is not there (404)");
    const reply: unknown = await response.json();
    if (!Reply.Check(reply)) throw new AnswerError("the evaluator answered without a token");
    const claims = await verify(reply.token, signal);
    if (!Claims.Check(claims)) throw new AnswerError("the evaluator's token does not say success and nonce");
    if (claims.nonce !== nonce) throw new AnswerError("the evaluator's token answers another question");
    return claims.success;
  };

  async function verify(token: string, signal: AbortSignal): Promise<unknown> {
    const options = { algorithms: ["RS256"], requiredClaims: ["exp"], currentDate: new Date(host.now()) };
    const findKey: JWTVerifyGetKey = ({ kid }) => keys.find(kid, signal);
    try {
      const { payload } = await jwtVerify(token, findKey, options);
      return payload;
    } catch (cause) {
      if (cause instanceof errors.JOSEError) {
        throw new AnswerError("the evaluator's token does not hold", { cause });
      }
      throw cause;
    }
  }
}
