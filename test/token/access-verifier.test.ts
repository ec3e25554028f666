import { describe, expect, test } from "bun:test";
import { createAccessKeys } from "../../src/token/access-keys.ts";
import { createAccessVerifier, type VerifiedToken } from "../../src/token/access-verifier.ts";
import type { ApplicationClaims } from "../../src/token/claims.ts";
import {
  AUDIENCE,
  applicationClaims,
  CERTS_URL,
  createTestVerifier,
  edgeKey,
  evaluationClaims,
  ISSUER,
  NOW,
  NOW_SECONDS,
  refusalOf,
  signAccessToken,
} from "./access-team.ts";

const verifier = createTestVerifier();

describe("the verifier of what Access signs", () => {
  test("hands over the claims of an evaluation, with what tells a replay", async () => {
    const verified = await verifier.verifyEvaluation(await signAccessToken(evaluationClaims()));
    expect(verified.claims).toMatchObject({
      nonce: "9J2E9Xg6wYj8tlnA",
      identity: { email: "ada@example.com" },
    });
    expect(verified.kid).toBe(edgeKey.kid);
    expect(verified.claimsHash).toMatch(/^[\w-]{43}$/);
  });

  test("the hash of the claims is the same for the same claims and for no others", async () => {
    const hashOf = async (claims: object, header = {}) =>
      (await verifier.verifyEvaluation(await signAccessToken(claims, header))).claimsHash;
    const hash = await hashOf(evaluationClaims());
    expect(await hashOf(evaluationClaims(), { typ: undefined })).toBe(hash);
    expect(await hashOf(evaluationClaims({ nonce: "another" }))).not.toBe(hash);
  });

  test("hands over the claims of an application token for the audience that is asked for", async () => {
    const token = await signAccessToken(applicationClaims());
    expect((await verifier.verifyApplication(token, AUDIENCE)).claims.email).toBe("ada@example.com");
    expect(await refusalOf(() => verifier.verifyApplication(token, "elsewhere"))).toBe("wrong_audience");
    expect(await refusalOf(() => verifier.verifyApplication(token, ""))).toBe("wrong_audience");
  });

  test("accepts a service token: no person, no nbf, no typ", async () => {
    const claims = applicationClaims({ sub: "", email: undefined, common_name: "e367826f.access" });
    const token = await signAccessToken(claims, { typ: undefined });
    expect((await verifier.verifyApplication(token, AUDIENCE)).claims.common_name).toBe("e367826f.access");
  });

  test("an evaluation lives a day at most, or as configured; an application's session a month", async () => {
    const keys = verifier.keys;
    const strict = createAccessVerifier({
      keys,
      issuer: ISSUER,
      evaluationAudiences: [AUDIENCE],
      evaluationLifetimeMs: 60_000,
      clock: () => NOW,
    });
    const minutes = (count: number) => ({ exp: NOW_SECONDS + count * 60, aud: [AUDIENCE] });
    const evaluation = await signAccessToken(evaluationClaims(minutes(2)));
    expect(await refusalOf(() => verifier.verifyEvaluation(evaluation))).toBe("accepted");
    expect(await refusalOf(() => strict.verifyEvaluation(evaluation))).toBe("lifetime_too_long");
    const month = await signAccessToken(applicationClaims(minutes(730 * 60)));
    expect(await refusalOf(() => strict.verifyApplication(month, AUDIENCE))).toBe("accepted");
    const year = await signAccessToken(applicationClaims(minutes(8_760 * 60)));
    expect(await refusalOf(() => strict.verifyApplication(year, AUDIENCE))).toBe("lifetime_too_long");
  });

  test("tells a token that is invalid from keys that cannot be had", async () => {
    const keys = createAccessKeys({
      certsUrl: CERTS_URL,
      clock: () => NOW,
      fetch: () => Promise.reject(new Error("connection refused")),
    });
    const cutOff = createAccessVerifier({
      keys,
      issuer: ISSUER,
      evaluationAudiences: null,
      clock: () => NOW,
    });
    const token = await signAccessToken(evaluationClaims());
    expect(await refusalOf(() => cutOff.verifyEvaluation(token))).toBe("keys_unavailable");
    expect(await refusalOf(() => cutOff.verifyEvaluation(`${token}=`))).toBe("malformed");
    const empty = await signAccessToken({});
    expect(await refusalOf(() => verifier.verifyEvaluation(empty))).toBe("claims_malformed");
    keys.close();
  });

  test("only a verifier makes a verified token", () => {
    const forged = { claims: applicationClaims(), kid: "k", claimsHash: "h" };
    const use = (token: VerifiedToken<ApplicationClaims>) => token.claims;
    // @ts-expect-error: an object of the same shape is none
    const useForged = () => use(forged);
    expect(useForged).toBeFunction();
  });
});
