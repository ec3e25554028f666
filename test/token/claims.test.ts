import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type ClaimRules, checkApplicationClaims, checkEvaluationClaims } from "../../src/token/claims.ts";
import { parseStrictObject } from "../../src/token/strict-json.ts";
import {
  AUDIENCE,
  applicationClaims,
  evaluationClaims,
  ISSUER,
  NOW,
  NOW_SECONDS,
  refusalOf,
} from "./access-team.ts";

const DAY_SECONDS = 86_400;
const RULES = { issuer: ISSUER, audiences: [AUDIENCE], maxLifetimeMs: DAY_SECONDS * 1_000 };
const ANY_AUDIENCE: ClaimRules = { ...RULES, audiences: null };

const sent = (claims: object) =>
  parseStrictObject(new TextEncoder().encode(JSON.stringify(claims)), "the claims");
const evaluation = (extra: Record<string, unknown>, rules = ANY_AUDIENCE, now = NOW) =>
  refusalOf(() => checkEvaluationClaims(sent(evaluationClaims(extra)), rules, now));
const application = (extra: Record<string, unknown>, now = NOW) =>
  refusalOf(() => checkApplicationClaims(sent(applicationClaims(extra)), RULES, now));

type Row = readonly [name: string, extra: Record<string, unknown>, expected: string];

/** What holds for either kind of token. */
const TIMES: readonly Row[] = [
  ["no exp", { exp: undefined }, "claims_malformed"],
  ["exp as a string", { exp: String(NOW_SECONDS + 60) }, "claims_malformed"],
  ["exp null", { exp: null }, "claims_malformed"],
  ["exp with a fraction", { exp: NOW_SECONDS + 60.5 }, "claims_malformed"],
  ["exp now", { exp: NOW_SECONDS }, "expired"],
  ["exp a second ago", { exp: NOW_SECONDS - 1 }, "expired"],
  ["exp in a second", { exp: NOW_SECONDS + 1 }, "accepted"],
  ["exp negative", { exp: -1 }, "expired"],
  ["exp at the longest lifetime", { exp: NOW_SECONDS + DAY_SECONDS }, "accepted"],
  ["exp beyond the longest lifetime", { exp: NOW_SECONDS + DAY_SECONDS + 1 }, "lifetime_too_long"],
  ["exp in the year 9999", { exp: 253_402_300_799 }, "lifetime_too_long"],
  ["exp as large as a double", { exp: 1e308 }, "lifetime_too_long"],
  ["no iat", { iat: undefined }, "accepted"],
  ["iat as a string", { iat: "1" }, "claims_malformed"],
  ["iat 60 s ahead", { iat: NOW_SECONDS + 60 }, "accepted"],
  ["iat 61 s ahead", { iat: NOW_SECONDS + 61 }, "issued_in_future"],
  ["no nbf", { nbf: undefined }, "accepted"],
  ["nbf null", { nbf: null }, "claims_malformed"],
  ["nbf 60 s ahead", { nbf: NOW_SECONDS + 60 }, "accepted"],
  ["nbf 61 s ahead", { nbf: NOW_SECONDS + 61 }, "not_yet_valid"],
];

describe("claims of a token for an external evaluation", () => {
  test.each([
    ...TIMES,
    ["no iss", {}, "accepted"],
    ["the team domain as iss", { iss: ISSUER }, "accepted"],
    ["another team as iss", { iss: "https://evil.cloudflareaccess.com" }, "wrong_issuer"],
    ["the team domain with a slash as iss", { iss: `${ISSUER}/` }, "wrong_issuer"],
    ["an empty iss", { iss: "" }, "wrong_issuer"],
    ["iss null", { iss: null }, "claims_malformed"],
    ["any aud, where none is configured", { aud: ["elsewhere"] }, "accepted"],
    ["no nonce", { nonce: undefined }, "claims_malformed"],
    ["an empty nonce", { nonce: "" }, "claims_malformed"],
    ["a nonce of 256 characters", { nonce: "n".repeat(256) }, "accepted"],
    ["a nonce of 257 characters", { nonce: "n".repeat(257) }, "claims_malformed"],
    ["a number as nonce", { nonce: 1 }, "claims_malformed"],
    ["a list as nonce", { nonce: ["n"] }, "claims_malformed"],
    ["an object as nonce", { nonce: { success: true } }, "claims_malformed"],
    ["a nonce with a line feed", { nonce: "n\n" }, "claims_malformed"],
    ["a nonce with a NUL", { nonce: "n\u0000" }, "claims_malformed"],
    ["a nonce beyond ASCII", { nonce: "é" }, "claims_malformed"],
    ["no identity", { identity: undefined }, "claims_malformed"],
    ["a string as identity", { identity: "ada" }, "claims_malformed"],
    ["a list as identity", { identity: [] }, "claims_malformed"],
    ["null as identity", { identity: null }, "claims_malformed"],
    ["claims that nobody asked for", { account_id: "x", type: "org" }, "accepted"],
  ] satisfies Row[])("%s", async (_, extra, expected) => {
    expect(await evaluation(extra)).toBe(expected);
  });

  test("its audience counts where one is configured", async () => {
    expect(await evaluation({}, RULES)).toBe("wrong_audience");
    expect(await evaluation({ aud: [AUDIENCE] }, RULES)).toBe("accepted");
    expect(await evaluation({ aud: ["elsewhere"] }, RULES)).toBe("wrong_audience");
    expect(await evaluation({ aud: [AUDIENCE] }, { ...RULES, audiences: [] })).toBe("wrong_audience");
  });
});

describe("claims of an Access application token", () => {
  test.each([
    ...TIMES,
    ["no iss", { iss: undefined }, "claims_malformed"],
    ["another iss", { iss: "https://evil.cloudflareaccess.com" }, "wrong_issuer"],
    ["no aud", { aud: undefined }, "claims_malformed"],
    ["aud as a string", { aud: AUDIENCE }, "accepted"],
    ["another aud", { aud: ["elsewhere"] }, "wrong_audience"],
    ["aud beside another", { aud: [AUDIENCE, "elsewhere"] }, "wrong_audience"],
    ["aud twice", { aud: [AUDIENCE, AUDIENCE] }, "wrong_audience"],
    ["an empty list of aud", { aud: [] }, "wrong_audience"],
    ["the beginning of aud", { aud: [AUDIENCE.slice(0, -1)] }, "wrong_audience"],
    ["aud in upper case", { aud: [AUDIENCE.toUpperCase()] }, "wrong_audience"],
    ["aud in a nested list", { aud: [[AUDIENCE]] }, "claims_malformed"],
    ["a token for the whole organisation", { type: "org" }, "claims_malformed"],
    ["a question of External Evaluation", { type: undefined, identity: {}, nonce: "n" }, "claims_malformed"],
    ["one that holds an identity", { identity: { email: "ada@example.com" } }, "claims_malformed"],
    ["one that holds the nonce of a question", { nonce: "n" }, "claims_malformed"],
    [
      "a service token: no person, no nbf",
      { sub: "", email: undefined, common_name: "e3.access" },
      "accepted",
    ],
    ["a list of e-mails", { email: ["ada@example.com"] }, "claims_malformed"],
    ["custom claims", { custom: { groups: ["eng"] } }, "accepted"],
    ["custom claims that are no object", { custom: "eng" }, "claims_malformed"],
  ] satisfies Row[])("%s", async (_, extra, expected) => {
    expect(await application(extra)).toBe(expected);
  });

  test("an application without an audience accepts none, not even the empty one", async () => {
    const rules = { ...RULES, audiences: [""] };
    const claims = sent(applicationClaims({ aud: "" }));
    expect(await refusalOf(() => checkApplicationClaims(claims, rules, NOW))).toBe("wrong_audience");
  });
});

describe("ignorance and time", () => {
  test("a clock that is not a number refuses", async () => {
    expect(await evaluation({}, ANY_AUDIENCE, Number.NaN)).toBe("expired");
    expect(await application({}, Number.NaN)).toBe("expired");
  });

  test("no clock within a token's lifetime refuses it, and none outside accepts it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -200_000, max: 200_000 }), async (offsetMs) => {
        const accepted = (await evaluation({}, ANY_AUDIENCE, NOW + offsetMs)) === "accepted";
        expect(accepted).toBe(offsetMs < 60_000 && offsetMs >= -60_000);
      }),
    );
  });

  test("a refusal names the claim and never its value", () => {
    const claims = sent(evaluationClaims({ nonce: "s3cret\n" }));
    expect(() => checkEvaluationClaims(claims, ANY_AUDIENCE, NOW)).toThrow(
      "the token's claim nonce is missing or not as it must be",
    );
  });
});
