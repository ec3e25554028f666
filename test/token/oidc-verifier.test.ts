import { afterEach, describe, expect, test } from "bun:test";
import { type AccessKeys, createAccessKeys } from "../../src/token/access-keys.ts";
import { createOidcVerifier } from "../../src/token/oidc-verifier.ts";
import { createEdgeKey, edgeKey, encode, NOW, NOW_SECONDS, refusalOf, signTexts } from "./access-team.ts";

const ISSUER = "https://idp.example.com";
const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const pair = await crypto.subtle.generateKey(EC, true, ["sign", "verify"]);
const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
const EC_JWK = { kty, crv, x, y, kid: "ec", use: "sig", alg: "ES256" };

let keys: AccessKeys;
afterEach(() => keys.close());

function open(...jwks: readonly unknown[]) {
  keys = createAccessKeys({
    certsUrl: `${ISSUER}/keys`,
    setting: "issuers.jwks_url",
    algorithms: ["RS256", "ES256"],
    clock: () => NOW,
    fetch: async () => Response.json({ keys: jwks }),
  });
  return createOidcVerifier([{ issuer: ISSUER, audiences: ["postern"], keys }], () => NOW);
}

const claims = (extra: object = {}) =>
  JSON.stringify({
    iss: ISSUER,
    aud: "postern",
    sub: "42",
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 60,
    ...extra,
  });
const header = (extra: object = {}) =>
  JSON.stringify({ alg: "RS256", kid: edgeKey.kid, typ: "JWT", ...extra });

async function signEc(payload: string): Promise<string> {
  const input = `${encode(JSON.stringify({ alg: "ES256", kid: "ec" }))}.${encode(payload)}`;
  const signature = await crypto.subtle.sign(EC, pair.privateKey, new TextEncoder().encode(input));
  return `${input}.${encode(new Uint8Array(signature))}`;
}

test("tokens by RSA and by P-256 are verified, with all that they claim", async () => {
  const { verify } = open(edgeKey.jwk, EC_JWK);
  expect((await verify(await signTexts(header(), claims({ groups: ["a"] })))).claims.groups).toEqual(["a"]);
  expect(await verify(await signEc(claims()))).toMatchObject({ issuer: ISSUER, claims: { sub: "42" } });
});

test.each(["JWT", "at+jwt", "application/at+jwt", undefined])("the type may be %p", async (typ) => {
  expect(
    await refusalOf(async () => open(edgeKey.jwk).verify(await signTexts(header({ typ }), claims()))),
  ).toBe("accepted");
});

test("Entra's second name of its key is left alone, and no other member is", async () => {
  const told = async (extra: object) =>
    refusalOf(async () => open(edgeKey.jwk).verify(await signTexts(header(extra), claims())));
  expect(await told({ x5t: "a", "x5t#S256": "b" })).toBe("accepted");
  for (const member of ["jku", "jwk", "x5u", "x5c", "crit", "b64"]) {
    expect(await told({ [member]: "a" })).toBe("header_refused");
    keys.close();
  }
});

describe("a token is refused", () => {
  test.each([
    ["of another issuer", { iss: `${ISSUER}/` }, "wrong_issuer"],
    ["for another audience", { aud: "other" }, "wrong_audience"],
    ["for two", { aud: ["postern", "other"] }, "wrong_audience"],
    ["without a subject", { sub: undefined }, "claims_malformed"],
    ["without a time of issue", { iat: undefined }, "claims_malformed"],
    ["that has expired", { exp: NOW_SECONDS }, "expired"],
    ["that lives for a year", { exp: NOW_SECONDS + 365 * 86_400 }, "lifetime_too_long"],
  ])("%s", async (_, extra, code) => {
    expect(
      await refusalOf(async () => open(edgeKey.jwk).verify(await signTexts(header(), claims(extra)))),
    ).toBe(code);
  });

  test("signed by a key of the other kind, or of somebody else", async () => {
    const posing = JSON.stringify({ alg: "RS256", kid: "ec", typ: "JWT" });
    expect(await refusalOf(async () => open(EC_JWK).verify(await signTexts(posing, claims())))).toBe(
      "bad_signature",
    );
    keys.close();
    const other = await createEdgeKey(edgeKey.kid);
    expect(
      await refusalOf(async () => open(edgeKey.jwk).verify(await signTexts(header(), claims(), other))),
    ).toBe("bad_signature");
  });
});

test.each([
  ["one of its own", `a.${encode(JSON.stringify({ iss: ISSUER }))}.c`, true],
  ["one of somebody else", `a.${encode(JSON.stringify({ iss: "https://other.example.com" }))}.c`, false],
  ["one that says it twice", `a.${encode(`{"iss":"${ISSUER}","iss":"${ISSUER}"}`)}.c`, false],
  ["an issuer that is no text", `a.${encode(JSON.stringify({ iss: [ISSUER] }))}.c`, false],
  ["an opaque text", "opaque", false],
  ["an enormous one", `a.${encode(JSON.stringify({ iss: ISSUER, a: "a".repeat(20_000) }))}.c`, false],
])("whether a token concerns the issuers: %s", (_, token, concerns) => {
  expect(open(edgeKey.jwk).concerns(token)).toBe(concerns);
});

test("keys that are good for nothing here are no keys", async () => {
  const { verify } = open({ kty: "OKP", kid: "a" }, { ...EC_JWK, crv: "P-521" }, { ...EC_JWK, use: "enc" });
  await keys.refresh();
  expect(keys.ready().lastError).toBe("issuers.jwks_url answered without a key for RS256 or ES256");
  expect(await refusalOf(async () => verify(await signEc(claims())))).toBe("keys_unavailable");
});
