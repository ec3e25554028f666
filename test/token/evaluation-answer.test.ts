import { afterAll, describe, expect, test } from "bun:test";
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import { signEvaluationAnswer } from "../../src/token/evaluation-answer.ts";
import { openKeyRing } from "../../src/token/key-ring.ts";
import { createStoreVault } from "../../src/token/store-vault.ts";
import {
  AUDIENCE,
  accessHeader,
  applicationClaims,
  createTestVerifier,
  evaluationClaims,
  NOW,
  NOW_SECONDS,
  refusalOf,
  signAccessToken,
} from "./access-team.ts";
import { Fleet } from "./key-ring-rig.ts";

const fleet = new Fleet();
const vault = { ...createStoreVault(fleet.store), shared: false };
const use = { purpose: "evaluation", algorithm: "RS256" } as const;
const ring = await openKeyRing({ use, vault, passphrase: null, clock: () => NOW });
const verdictRing = await fleet.openUnsealed();
afterAll(() => {
  ring.close();
  fleet.close();
});

const verifier = createTestVerifier();
const ask = async (extra: Record<string, unknown> = {}) =>
  verifier.verifyEvaluation(await signAccessToken(evaluationClaims(extra)));
const documentOf = (keys: Pick<typeof ring, "jwks">) => {
  const jwks: JSONWebKeySet = JSON.parse(keys.jwks().body);
  return createLocalJWKSet(jwks);
};

describe("the answer to an external evaluation", () => {
  test.each([true, false])("holds success, iat, exp and nonce, and nothing else: %p", async (success) => {
    const token = await signEvaluationAnswer(ring, await ask(), success, NOW);
    const { payload, protectedHeader } = await compactVerify(token, documentOf(ring));
    expect(JSON.parse(new TextDecoder().decode(payload))).toStrictEqual({
      success,
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 60,
      nonce: "9J2E9Xg6wYj8tlnA",
    });
    expect(protectedHeader).toStrictEqual({ alg: "RS256", kid: String(ring.list()[1]?.kid) });
  });

  test("ref-worker-iat: its iat is never in the future", async () => {
    const token = await signEvaluationAnswer(ring, await ask(), true, NOW + 999);
    const { payload } = await compactVerify(token, documentOf(ring));
    expect(JSON.parse(new TextDecoder().decode(payload)).iat).toBe(NOW_SECONDS);
  });

  test("the signing oracle: only a verified question is answered, in less than 2 KiB", async () => {
    const forged = { claims: evaluationClaims(), kid: "k", claimsHash: "h" };
    // @ts-expect-error: an object of the same shape is no verified question
    const answerForged = () => signEvaluationAnswer(ring, forged, true, NOW);
    expect(answerForged).toBeFunction();
    const longest = await signEvaluationAnswer(ring, await ask({ nonce: '"'.repeat(256) }), true, NOW);
    expect(longest.length).toBeLessThan(2_048);
  });
});

describe("verdict confusion", () => {
  test("an identity token of Access with the claims of an answer is none under our keys", async () => {
    const token = await signAccessToken(applicationClaims({ success: true, nonce: "n" }));
    expect(compactVerify(token, documentOf(ring))).rejects.toThrow("no applicable key found");
  });

  test("our answer is no question, and no application token", async () => {
    const token = await signEvaluationAnswer(ring, await ask(), true, NOW);
    expect(await refusalOf(() => verifier.verifyEvaluation(token))).toBe("unknown_key");
    const posing = await ring.sign(applicationClaims(), { typ: "JWT" });
    expect(await refusalOf(() => verifier.verifyApplication(posing, AUDIENCE))).toBe("unknown_key");
  });

  test("each purpose has its own keys: a verdict is no answer", async () => {
    const verdict = await verdictRing.sign({ success: true, nonce: "n" }, { typ: "verdict+jwt" });
    expect(compactVerify(verdict, documentOf(ring))).rejects.toThrow("no applicable key found");
    expect(await refusalOf(() => verifier.verifyEvaluation(verdict))).toBe("algorithm_refused");
  });

  test("a token of the one kind is none of the other", async () => {
    const application = await signAccessToken(applicationClaims(), accessHeader());
    expect(await refusalOf(() => verifier.verifyEvaluation(application))).toBe("claims_malformed");
    const evaluation = await signAccessToken(evaluationClaims());
    expect(await refusalOf(() => verifier.verifyApplication(evaluation, AUDIENCE))).toBe("claims_malformed");
  });
});
