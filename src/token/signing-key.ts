import { createPrivateKey, sign as signHere } from "node:crypto";
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { calculateJwkThumbprint } from "jose";
import type { Algorithm } from "./jwt-gate.ts";
import { TokenError } from "./token-error.ts";

const strict = { additionalProperties: false };
/** The public half of a key and nothing more (RFC 7517). */
export const PublicJwkSchema = Type.Union([
  Type.Object({ kty: Type.Literal("RSA"), n: Type.String(), e: Type.Literal("AQAB") }, strict),
  Type.Object(
    { kty: Type.Literal("EC"), crv: Type.Literal("P-256"), x: Type.String(), y: Type.String() },
    strict,
  ),
]);
export type PublicJwk = Static<typeof PublicJwkSchema>;

/** Something that signs with one key: in this process, or in a KMS that never hands the key out. */
export interface Signer {
  /** The key's RFC 7638 thumbprint, SHA-256, base64url. */
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly publicJwk: PublicJwk;
  /** The signature as a JWS carries it: PKCS#1 v1.5 for RS256, r‖s for ES256 (RFC 7518, 3). */
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

type Sign = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;

/** A new key with its private half (PKCS#8), before it is sealed. */
export interface NewKey {
  readonly signer: Signer;
  readonly pkcs8: Uint8Array<ArrayBuffer>;
}

export type KeyGenerator = (algorithm: Algorithm) => Promise<CryptoKeyPair>;

const PARAMETERS = {
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2_048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  ES256: { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
} as const;
const SELF_TEST = new TextEncoder().encode("postern");
const publicJwkCheck = TypeCompiler.Compile(PublicJwkSchema);

/** Makes a key pair by WebCrypto: RSA of 2,048 bits with e = 65537, or P-256. */
export const generateKeyPair: KeyGenerator = (algorithm) =>
  crypto.subtle.generateKey(PARAMETERS[algorithm], true, ["sign", "verify"]);

/** A new key that has signed and verified once. Throws `TokenError` with code `signer_failed`. */
export async function createKey(algorithm: Algorithm, generate: KeyGenerator): Promise<NewKey> {
  const pair = await generate(algorithm);
  const { kty, n, e, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const publicJwk = kty === "RSA" ? { kty, n, e } : { kty, crv, x, y };
  if (!publicJwkCheck.Check(publicJwk))
    throw new TokenError("signer_failed", "the new key is of the wrong kind");
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return { signer: await loadSigner(algorithm, publicJwk, pkcs8), pkcs8 };
}

/**
 * A signer whose private half nobody else can get at. It has signed once, and the public half has
 * verified it: no other is handed out. Throws `TokenError` with code `signer_failed`.
 */
export async function loadSigner(
  algorithm: Algorithm,
  publicJwk: PublicJwk,
  pkcs8: Uint8Array<ArrayBuffer>,
): Promise<Signer> {
  const parameters = PARAMETERS[algorithm];
  try {
    const sign = await LOAD[algorithm](pkcs8);
    const publicKey = await crypto.subtle.importKey("jwk", publicJwk, parameters, false, ["verify"]);
    const holds = await crypto.subtle.verify(parameters, publicKey, await sign(SELF_TEST), SELF_TEST);
    if (holds) return { kid: await computeKid(publicJwk), algorithm, publicJwk, sign };
  } catch (cause) {
    throw new TokenError("signer_failed", "a signing key cannot be used", { cause });
  }
  throw new TokenError("signer_failed", "a signing key does not belong to its public half");
}

const LOAD: { readonly [algorithm in Algorithm]: (pkcs8: Uint8Array<ArrayBuffer>) => Promise<Sign> } = {
  /** RSA takes up to a millisecond: on another thread, so that everybody else is answered meanwhile. */
  async RS256(pkcs8) {
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, PARAMETERS.RS256, false, ["sign"]);
    return async (bytes) => new Uint8Array(await crypto.subtle.sign(PARAMETERS.RS256, key, bytes));
  },
  /** P-256 takes a thirtieth of that, little more than the way to another thread and back. */
  async ES256(pkcs8) {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
    return async (bytes) => new Uint8Array(signHere("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }));
  },
};

/** The key id: SHA-256 thumbprint of the public key, base64url (RFC 7638). */
export function computeKid(publicJwk: PublicJwk): Promise<string> {
  return calculateJwkThumbprint(publicJwk, "sha256");
}
