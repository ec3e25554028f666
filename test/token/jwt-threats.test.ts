import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { parseToken } from "../../src/token/jwt-gate.ts";
import { TokenError } from "../../src/token/token-error.ts";
import {
  AUDIENCE,
  accessHeader,
  applicationClaims,
  createEdgeKey,
  createTestVerifier,
  edgeKey,
  encode,
  evaluationClaims,
  NOW_SECONDS,
  refusalOf,
  signAccessToken,
  signTexts,
} from "./access-team.ts";

const verifier = createTestVerifier();
const claims = JSON.stringify(evaluationClaims());
const good = await signAccessToken(evaluationClaims());
const [goodHeader = "", goodPayload = "", goodSignature = ""] = good.split(".");

const verdictOn = (token: string) => refusalOf(() => verifier.verifyEvaluation(token));
/** A token with this header and a signature by Access's own key, as if Access had been made to sign it. */
const verdictOnHeader = async (header: Record<string, unknown>) =>
  verdictOn(await signTexts(JSON.stringify(header), claims));

test("the control: without an attack the token is accepted", async () => {
  expect(await verdictOn(good)).toBe("accepted");
});

describe("the algorithm", () => {
  test("CVE-2015-9235, CVE-2022-23540: alg none in every spelling, with and without a signature", async () => {
    for (const alg of [
      "none",
      "None",
      "nOnE",
      " none",
      "NONE",
      "",
      null,
      [],
      ["RS256"],
      0,
      {},
      undefined,
      "rs256",
    ]) {
      const header = encode(JSON.stringify(accessHeader({ alg })));
      expect(await verdictOn(`${header}.${goodPayload}.`)).toBe("malformed");
      expect(await verdictOn(`${header}.${goodPayload}.${goodSignature}`)).toBe("algorithm_refused");
      expect(await verdictOnHeader(accessHeader({ alg }))).toBe("algorithm_refused");
    }
  });

  test("CVE-2023-48223, CVE-2026-34950, Hono CVE-2026-22817 and -22818: HMAC under the public key", async () => {
    const { publicKey } = edgeKey.pair;
    const der = Buffer.from(await crypto.subtle.exportKey("spki", publicKey));
    const pem = `-----BEGIN PUBLIC KEY-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END PUBLIC KEY-----\n`;
    const modulus = Buffer.from(String(edgeKey.jwk.n), "base64url");
    const secrets = [
      pem,
      pem.trim(),
      `\n${pem}`,
      ` ${pem}`,
      der,
      modulus,
      JSON.stringify(edgeKey.jwk),
      edgeKey.kid,
    ];
    for (const bits of ["256", "384", "512"]) {
      for (const secret of secrets) {
        const input = `${encode(JSON.stringify(accessHeader({ alg: `HS${bits}` })))}.${goodPayload}`;
        const mac = createHmac(`sha${bits}`, secret).update(input).digest("base64url");
        expect(await verdictOn(`${input}.${mac}`)).toBe("algorithm_refused");
        // The same secret under the alg that is asked for is no signature either.
        const posing = createHmac(`sha${bits}`, secret)
          .update(`${goodHeader}.${goodPayload}`)
          .digest("base64url");
        expect(await verdictOn(`${goodHeader}.${goodPayload}.${posing}`)).toBe("bad_signature");
      }
    }
  });

  test("node-jws GHSA-869p-cjfg-cm3x: HMAC with an empty secret", async () => {
    const input = `${encode(JSON.stringify(accessHeader({ alg: "HS256" })))}.${goodPayload}`;
    const mac = createHmac("sha256", "").update(input).digest("base64url");
    expect(await verdictOn(`${input}.${mac}`)).toBe("algorithm_refused");
  });

  test("a secret key (oct) among Access's keys verifies nothing", async () => {
    const oct = { kid: "shared", kty: "oct", alg: "RS256", k: encode("secret") };
    const mixed = createTestVerifier(oct, edgeKey.jwk);
    for (const alg of ["HS256", "RS256"]) {
      const input = `${encode(JSON.stringify(accessHeader({ alg, kid: "shared" })))}.${goodPayload}`;
      const mac = createHmac("sha256", "secret").update(input).digest("base64url");
      const expected = alg === "HS256" ? "algorithm_refused" : "unknown_key";
      expect(await refusalOf(() => mixed.verifyEvaluation(`${input}.${mac}`))).toBe(expected);
    }
    expect(await refusalOf(() => mixed.verifyEvaluation(good))).toBe("accepted");
  });

  test("Hono CVE-2026-22817: a key that names no alg is still good for RS256 alone", async () => {
    const unnamed = createTestVerifier({ ...edgeKey.jwk, alg: undefined });
    expect(await refusalOf(() => unnamed.verifyEvaluation(good))).toBe("accepted");
    for (const alg of ["RS384", "RS512", "PS256", "ES256", "EdDSA"]) {
      const token = await signTexts(JSON.stringify(accessHeader({ alg })), claims);
      expect(await refusalOf(() => unnamed.verifyEvaluation(token))).toBe("algorithm_refused");
    }
  });

  test("CVE-2022-21449: an ECDSA signature of zeros", async () => {
    const { publicKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
      "sign",
      "verify",
    ]);
    const header = encode(JSON.stringify({ alg: "ES256", kid: "k" }));
    const token = `${header}.${encode("{}")}.${encode(new Uint8Array(64))}`;
    const parsed = parseToken(token, { algorithms: ["ES256"], types: [undefined] });
    expect(await refusalOf(() => parsed.verifySignature(publicKey))).toBe("bad_signature");
  });
});

describe("the key", () => {
  test("CVE-2018-0114, Istio CVE-2026-41413: keys that the token brings along, or sends us for", async () => {
    let canaryCalls = 0;
    using canary = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response(String(canaryCalls++)),
    });
    const mallory = await createEdgeKey("mallory");
    const url = canary.url.href;
    const headers = [
      { jwk: mallory.jwk },
      { jku: url },
      { x5u: url },
      { x5c: [url] },
      { "x5t#S256": url },
      { iss: url },
    ];
    for (const extra of headers) {
      for (const kid of [edgeKey.kid, mallory.kid, url]) {
        const token = await signTexts(JSON.stringify(accessHeader({ ...extra, kid })), claims, mallory);
        expect(await verdictOn(token)).toBe("header_refused");
      }
    }
    const fromElsewhere = await signAccessToken(evaluationClaims({ iss: url }));
    expect(await verdictOn(fromElsewhere)).toBe("wrong_issuer");
    expect(canaryCalls).toBe(0);
  });

  test("kid injection: a kid is looked up and never interpreted", async () => {
    for (const kid of [
      "../../../dev/null",
      "__proto__",
      "constructor",
      "toString",
      "' OR 1=1 --",
      "https://evil/",
    ]) {
      const expected = kid.includes(" ") ? "header_refused" : "unknown_key";
      expect(await verdictOnHeader(accessHeader({ kid }))).toBe(expected);
    }
    for (const kid of ["k".repeat(10_240), { k: 1 }, 7, `${edgeKey.kid}\u0000`, undefined]) {
      expect(await verdictOnHeader(accessHeader({ kid }))).toBe("header_refused");
    }
  });

  test("a token without a kid is not tried against the keys, be there one or two", async () => {
    const two = createTestVerifier(edgeKey.jwk, { ...edgeKey.jwk, kid: "other" });
    const token = await signTexts(JSON.stringify(accessHeader({ kid: undefined })), claims);
    expect(await refusalOf(() => two.verifyEvaluation(token))).toBe("header_refused");
    expect(await verdictOn(token)).toBe("header_refused");
  });

  test("two keys of one kid make neither usable", async () => {
    const ambiguous = createTestVerifier(edgeKey.jwk, edgeKey.jwk);
    expect(await refusalOf(() => ambiguous.verifyEvaluation(good))).toBe("keys_unavailable");
  });

  test("a key of somebody else under Access's kid", async () => {
    const mallory = await createEdgeKey(edgeKey.kid);
    expect(await verdictOn(await signTexts(JSON.stringify(accessHeader()), claims, mallory))).toBe(
      "bad_signature",
    );
  });
});

describe("the header", () => {
  test("Authlib CVE-2025-59420, PyJWT CVE-2026-32597, fast-jwt CVE-2026-35042: crit and b64", async () => {
    for (const extra of [
      { crit: ["x"] },
      { crit: [] },
      { crit: "exp" },
      { b64: false },
      { b64: false, crit: ["b64"] },
    ]) {
      expect(await verdictOnHeader(accessHeader(extra))).toBe("header_refused");
    }
  });

  test("duplicate names: {alg: none, alg: RS256} has two readings", async () => {
    const header = `{"alg":"none","kid":"${edgeKey.kid}","alg":"RS256"}`;
    expect(await verdictOn(await signTexts(header, claims))).toBe("malformed");
  });

  test("duplicate names: two aud have two readings", async () => {
    const payload = `${JSON.stringify(applicationClaims()).slice(0, -1)},"aud":["elsewhere"]}`;
    const token = await signTexts(JSON.stringify(accessHeader()), payload);
    expect(await refusalOf(() => verifier.verifyApplication(token, AUDIENCE))).toBe("malformed");
    expect(await refusalOf(() => verifier.verifyApplication(token, "elsewhere"))).toBe("malformed");
  });

  test("a byte order mark before the header or the payload", async () => {
    expect(await verdictOn(await signTexts(`\ufeff${JSON.stringify(accessHeader())}`, claims))).toBe(
      "malformed",
    );
    expect(await verdictOn(await signTexts(JSON.stringify(accessHeader()), `\ufeff${claims}`))).toBe(
      "malformed",
    );
  });

  test("a claim named __proto__ sets nothing, for it is refused", async () => {
    const payload = `${claims.slice(0, -1)},"__proto__":{"isAdmin":true}}`;
    expect(await verdictOn(await signTexts(JSON.stringify(accessHeader()), payload))).toBe("malformed");
    expect(Reflect.get({}, "isAdmin")).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("go-jose CVE-2024-28180, jwx CVE-2024-28122, jose CVE-2024-28176, GHSA-2c7c-3mj9-8fqh: JWE is not decoded", async () => {
    for (const alg of ["dir", "RSA-OAEP", "PBES2-HS256+A128KW"]) {
      const header = encode(
        JSON.stringify({ alg, enc: "A128GCM", zip: "DEF", p2c: 2 ** 31, kid: edgeKey.kid }),
      );
      expect(
        await verdictOn(`${header}.${encode("key")}.${encode("iv")}.${encode("bomb")}.${encode("tag")}`),
      ).toBe("malformed");
      expect(await verdictOn(`${header}.${encode("key")}.${encode("iv")}`)).toBe("algorithm_refused");
    }
  });
});

describe("the claims", () => {
  test("Vault CVE-2024-5798, OpenFGA CVE-2026-55689, Zitadel CVE-2026-55669: what is missing is not fulfilled", async () => {
    for (const name of ["exp", "iss", "aud"]) {
      const token = await signAccessToken(applicationClaims({ [name]: undefined }));
      expect(await refusalOf(() => verifier.verifyApplication(token, AUDIENCE))).toBe("claims_malformed");
    }
  });

  test("dgrijalva CVE-2020-26160: a list of audiences is no way around the audience", async () => {
    for (const aud of [[], [""], ["elsewhere", AUDIENCE], [AUDIENCE, ""]]) {
      const token = await signAccessToken(applicationClaims({ aud }));
      expect(await refusalOf(() => verifier.verifyApplication(token, AUDIENCE))).toBe("wrong_audience");
    }
  });

  test("fast-jwt CVE-2025-30144: a list of issuers is no issuer", async () => {
    const token = await signAccessToken(
      applicationClaims({ iss: ["https://evil.example", "https://acme.cloudflareaccess.com"] }),
    );
    expect(await refusalOf(() => verifier.verifyApplication(token, AUDIENCE))).toBe("claims_malformed");
  });

  test("the nonce of a signing oracle: what is not a printable string is not to be signed", async () => {
    for (const nonce of [{ success: true }, ["n"], 1, true, "", "n\r\n", "n".repeat(257), undefined]) {
      expect(await verdictOn(await signAccessToken(evaluationClaims({ nonce })))).toBe("claims_malformed");
    }
  });
});

describe("the spelling", () => {
  test("Zitadel CVE-2026-27840, Casdoor CVE-2026-9090: no prefix, suffix or extension of a token is one", async () => {
    for (let length = 0; length < good.length; length++) {
      expect(await verdictOn(good.slice(0, length))).not.toBe("accepted");
      expect(await verdictOn(good.slice(good.length - length))).not.toBe("accepted");
    }
    for (const more of ["A", "AAAA", ".", ".A", "=", " ", "\n", "\u0000"]) {
      expect(await verdictOn(good + more)).not.toBe("accepted");
      expect(await verdictOn(more + good)).not.toBe("accepted");
    }
  });

  test("malleability: of all last characters of the signature one is accepted", async () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const verdicts = await Promise.all([...alphabet].map((last) => verdictOn(good.slice(0, -1) + last)));
    expect(verdicts.filter((verdict) => verdict === "accepted")).toHaveLength(1);
  });

  test("malleability: white space and padding inside the signature", async () => {
    for (const extra of [" ", "\n", "\t", "=", "=="]) {
      expect(
        await verdictOn(
          `${goodHeader}.${goodPayload}.${goodSignature.slice(0, 9)}${extra}${goodSignature.slice(9)}`,
        ),
      ).toBe("malformed");
      expect(await verdictOn(good + extra)).toBe("malformed");
    }
  });

  test("no change of one character is accepted", async () => {
    const position = fc.integer({ min: 0, max: good.length - 1 });
    await fc.assert(
      fc.asyncProperty(position, fc.string({ minLength: 1, maxLength: 1 }), async (at, character) => {
        fc.pre(good[at] !== character);
        expect(await verdictOn(good.slice(0, at) + character + good.slice(at + 1))).not.toBe("accepted");
      }),
      { numRuns: 300 },
    );
  });

  test("fast-jwt CVE-2026-35039, GHSA-qvp4: a token that was accepted vouches for no other", async () => {
    expect(await verdictOn(good)).toBe("accepted");
    const other = encode(JSON.stringify(evaluationClaims({ identity: { email: "mallory@example.com" } })));
    expect(await verdictOn(`${goodHeader}.${other}.${goodSignature}`)).toBe("bad_signature");
  });
});

describe("what the reference worker got wrong", () => {
  test("ref-worker-alg: it never looked at alg", async () => {
    expect(await verdictOnHeader(accessHeader({ alg: "RS512" }))).toBe("algorithm_refused");
  });

  test("ref-worker-exp: a token without exp never expired", async () => {
    expect(await verdictOn(await signAccessToken(evaluationClaims({ exp: undefined })))).toBe(
      "claims_malformed",
    );
    expect(await verdictOn(await signAccessToken(evaluationClaims({ exp: NOW_SECONDS })))).toBe("expired");
  });

  test("ref-worker-kid: an unknown kid was a TypeError", async () => {
    expect(await verdictOnHeader(accessHeader({ kid: "0".repeat(64) }))).toBe("unknown_key");
  });

  test("ref-worker-stack: its errors told the caller about its insides", async () => {
    const attempt = verifier.verifyEvaluation(`${goodHeader}.${encode("{s3cret}")}.${goodSignature}`);
    const error = await attempt.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TokenError);
    expect(String(error)).not.toMatch(/s3cret|\.ts|\n/);
  });

  test("ref-worker-nonce: it echoed whatever the nonce was", async () => {
    expect(await verdictOn(await signAccessToken(evaluationClaims({ nonce: { a: 1 } })))).toBe(
      "claims_malformed",
    );
  });

  test("ref-worker-ascii: it broke on claims beyond ASCII", async () => {
    const identity = { email: "ada@example.com", name: "Ada Löveläce 🧮" };
    const verified = await verifier.verifyEvaluation(await signAccessToken(evaluationClaims({ identity })));
    expect(verified.claims.identity.name).toBe(identity.name);
  });
});
