import { describe, expect, test } from "bun:test";
import { createAccessVerifier } from "../../src/token/access-verifier.ts";
import {
  AUDIENCE,
  accessHeader,
  applicationClaims,
  createTestVerifier,
  evaluationClaims,
  ISSUER,
  NOW,
  NOW_SECONDS,
  refusalOf,
  signAccessToken,
  signTexts,
} from "../token/access-team.ts";

const DAY = 86_400;
const verifier = createTestVerifier();

type Claims = Record<string, unknown>;
type Row = readonly [sentence: string, claims: Claims, outcome: string];

const evaluate = async (claims: Claims) => {
  const token = await signAccessToken(evaluationClaims(claims));
  return refusalOf(() => verifier.verifyEvaluation(token));
};

describe("a token posted to /evaluate", () => {
  const rows: readonly Row[] = [
    ["must expire", { exp: undefined }, "claims_malformed"],
    ["must expire at a number", { exp: `${NOW_SECONDS + 60}` }, "claims_malformed"],
    ["may expire a second from now", { exp: NOW_SECONDS + 1 }, "accepted"],
    ["must not have expired, without leeway", { exp: NOW_SECONDS }, "expired"],
    ["may expire 24 hours from now", { exp: NOW_SECONDS + DAY }, "accepted"],
    ["must not expire later", { exp: NOW_SECONDS + DAY + 1 }, "lifetime_too_long"],
    [
      "need not say when it was issued, nor from when it counts",
      { iat: undefined, nbf: undefined },
      "accepted",
    ],
    ["may have been issued 60 seconds ahead", { iat: NOW_SECONDS + 60 }, "accepted"],
    ["must not have been issued further ahead", { iat: NOW_SECONDS + 61 }, "issued_in_future"],
    ["may count from 60 seconds ahead", { nbf: NOW_SECONDS + 60 }, "accepted"],
    ["must not count from further ahead", { nbf: NOW_SECONDS + 61 }, "not_yet_valid"],
    ["need not name its issuer", { iss: undefined }, "accepted"],
    ["may be of the team domain", { iss: ISSUER }, "accepted"],
    ["must be of no other issuer", { iss: "https://evil.cloudflareaccess.com" }, "wrong_issuer"],
    ["may have any audience where none is configured", { aud: "elsewhere" }, "accepted"],
    ["may have a nonce of one character", { nonce: "n" }, "accepted"],
    ["may have a nonce of 256 characters", { nonce: "n".repeat(256) }, "accepted"],
    ["must not have a longer nonce", { nonce: "n".repeat(257) }, "claims_malformed"],
    ["must not have an empty nonce", { nonce: "" }, "claims_malformed"],
    ["must have a nonce", { nonce: undefined }, "claims_malformed"],
    ["must have a nonce of text", { nonce: 1 }, "claims_malformed"],
  ];

  test.each(rows)("%s", async (_, claims, outcome) => {
    expect(await evaluate(claims)).toBe(outcome);
  });

  test("must expire at a number that is finite", async () => {
    const claims = JSON.stringify(evaluationClaims({ exp: "endless" })).replace('"endless"', "1e999");
    const token = await signTexts(JSON.stringify(accessHeader()), claims);
    expect(await refusalOf(() => verifier.verifyEvaluation(token))).not.toBe("accepted");
  });

  test("may live as long, and have the audiences, that are configured", async () => {
    const configured = createAccessVerifier({
      keys: verifier.keys,
      issuer: ISSUER,
      evaluationAudiences: [AUDIENCE],
      evaluationLifetimeMs: 60_000,
      clock: () => NOW,
    });
    const verify = async (claims: Claims) => {
      const token = await signAccessToken(evaluationClaims(claims));
      return refusalOf(() => configured.verifyEvaluation(token));
    };
    expect(await verify({ aud: AUDIENCE, exp: NOW_SECONDS + 60 })).toBe("accepted");
    expect(await verify({ aud: AUDIENCE, exp: NOW_SECONDS + 61 })).toBe("lifetime_too_long");
    expect(await verify({ aud: "elsewhere" })).toBe("wrong_audience");
    expect(await verify({ aud: undefined })).toBe("wrong_audience");
  });
});

describe("a token of an application", () => {
  const rows: readonly Row[] = [
    ["must name its issuer", { iss: undefined }, "claims_malformed"],
    ["must be of the team domain", { iss: "https://evil.cloudflareaccess.com" }, "wrong_issuer"],
    ["must have an audience", { aud: undefined }, "claims_malformed"],
    ["must have the audience of the application", { aud: ["elsewhere"] }, "wrong_audience"],
    ["must have no audience beside it", { aud: [AUDIENCE, "elsewhere"] }, "wrong_audience"],
    ["must have an audience at all", { aud: [] }, "wrong_audience"],
    ["must expire", { exp: undefined }, "claims_malformed"],
    ["must not have expired", { exp: NOW_SECONDS }, "expired"],
    ["need not say from when it counts, as those of service tokens do not", { nbf: undefined }, "accepted"],
    ["must not count from far ahead", { nbf: NOW_SECONDS + 61 }, "not_yet_valid"],
  ];

  test.each(rows)("%s", async (_, claims, outcome) => {
    const token = await signAccessToken(applicationClaims(claims));
    expect(await refusalOf(() => verifier.verifyApplication(token, AUDIENCE))).toBe(outcome);
  });
});
