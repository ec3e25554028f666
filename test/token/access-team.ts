import { type AccessKeys, createAccessKeys } from "../../src/token/access-keys.ts";
import { type AccessVerifier, createAccessVerifier } from "../../src/token/access-verifier.ts";
import { TokenError } from "../../src/token/token-error.ts";

export const ISSUER = "https://acme.cloudflareaccess.com";
export const CERTS_URL = `${ISSUER}/cdn-cgi/access/certs`;
export const AUDIENCE = "97e2aae1207e7c4a";
/** The moment at which tests take place: milliseconds, and seconds. */
export const NOW = 1_700_000_000_000;
export const NOW_SECONDS = NOW / 1_000;

const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2_048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** A key of Cloudflare's edge, as its certificates name it. */
export interface EdgeKey {
  readonly kid: string;
  readonly pair: CryptoKeyPair;
  readonly jwk: Record<string, unknown>;
}

export async function createEdgeKey(kid: string, modulusLength = RSA.modulusLength): Promise<EdgeKey> {
  const pair = await crypto.subtle.generateKey({ ...RSA, modulusLength }, true, ["sign", "verify"]);
  const { n, e } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kid, pair, jwk: { kid, kty: "RSA", alg: "RS256", use: "sig", e, n } };
}

export const edgeKey = await createEdgeKey("a1".repeat(32));

export function encode(part: string | Uint8Array): string {
  return Buffer.from(part).toString("base64url");
}

/** Signs these very texts as header and payload, whatever they are. */
export async function signTexts(header: string, payload: string, key = edgeKey): Promise<string> {
  const input = `${encode(header)}.${encode(payload)}`;
  const signature = await crypto.subtle.sign(RSA, key.pair.privateKey, new TextEncoder().encode(input));
  return `${input}.${encode(new Uint8Array(signature))}`;
}

export function accessHeader(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { alg: "RS256", kid: edgeKey.kid, typ: "JWT", ...extra };
}

/** Signs like Access does; `undefined` takes a claim or header member away. */
export function signAccessToken(claims: object, header: Record<string, unknown> = {}): Promise<string> {
  return signTexts(JSON.stringify(accessHeader(header)), JSON.stringify(claims));
}

export function evaluationClaims(extra: Record<string, unknown> = {}): Record<string, unknown> {
  const identity = { email: "ada@example.com", user_uuid: "u-1", iat: NOW_SECONDS };
  return { iat: NOW_SECONDS, exp: NOW_SECONDS + 60, nonce: "9J2E9Xg6wYj8tlnA", identity, ...extra };
}

export function applicationClaims(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: "app",
    aud: [AUDIENCE],
    iss: ISSUER,
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 3_600,
    sub: "u-1",
    email: "ada@example.com",
    ...extra,
  };
}

export function certsResponse(...jwks: readonly unknown[]): Response {
  return Response.json({ keys: jwks, public_certs: [] });
}

/** A verifier of the team whose certificates hold these keys, at `NOW`. */
export function createTestVerifier(
  ...jwks: readonly unknown[]
): AccessVerifier & { readonly keys: AccessKeys } {
  const keys = createAccessKeys({
    certsUrl: CERTS_URL,
    clock: () => NOW,
    fetch: async () => certsResponse(...(jwks.length > 0 ? jwks : [edgeKey.jwk])),
  });
  const verifier = createAccessVerifier({
    keys,
    issuer: ISSUER,
    evaluationAudiences: null,
    clock: () => NOW,
  });
  return { keys, ...verifier };
}

/** The code of the `TokenError` that the work ends in; `"accepted"` where it ends in none. */
export async function refusalOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return "accepted";
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
}
