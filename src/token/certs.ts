import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Algorithm } from "./jwt-gate.ts";
import { parseStrictJson } from "./strict-json.ts";
import { TokenError } from "./token-error.ts";

/** The part of the standard `fetch` that is needed, so that it can be handed in. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Keys by their `kid`. */
export type Certs = ReadonlyMap<string, CryptoKey>;

/** Where somebody publishes the keys that they sign with. */
export interface KeySource {
  readonly url: string;
  /** For messages: the setting that holds the URL. */
  readonly setting: string;
  readonly algorithms: readonly Algorithm[];
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_KEYS = 16;
const MIN_MODULUS_BITS = 2_048;
// 8,192 bits in base64url: a longer modulus would make every verification slow.
const MAX_MODULUS_CHARS = 1_366;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const P256 = { name: "ECDSA", namedCurve: "P-256" };

const CertsDocument = TypeCompiler.Compile(
  Type.Object({ keys: Type.Array(Type.Object({ kty: Type.String() }), { maxItems: MAX_KEYS }) }),
);
const RsaJwk = TypeCompiler.Compile(
  Type.Object({
    kty: Type.Literal("RSA"),
    kid: Type.String({ minLength: 1, maxLength: 256 }),
    n: Type.String({ maxLength: MAX_MODULUS_CHARS }),
    e: Type.Literal("AQAB"),
    alg: Type.Optional(Type.Literal("RS256")),
    use: Type.Optional(Type.Literal("sig")),
  }),
);

const EcJwk = TypeCompiler.Compile(
  Type.Object({
    kty: Type.Literal("EC"),
    kid: Type.String({ minLength: 1, maxLength: 256 }),
    crv: Type.Literal("P-256"),
    x: Type.String(),
    y: Type.String(),
    alg: Type.Optional(Type.Literal("ES256")),
    use: Type.Optional(Type.Literal("sig")),
  }),
);

/** Keys may be asked for over HTTPS, or over plain HTTP on loopback. Throws `TokenError`. */
export function checkCertsUrl({ url, setting }: KeySource): string {
  const parsed = URL.parse(url);
  const secure =
    parsed?.protocol === "https:" || (parsed?.protocol === "http:" && LOOPBACK.test(parsed.hostname));
  if (!secure || parsed.username !== "" || parsed.password !== "") {
    throw new TokenError(
      "keys_misconfigured",
      `${setting} must be an https:// address without credentials; http:// is for loopback only`,
    );
  }
  return parsed.href;
}

/**
 * Asks for the keys once. Redirects are not followed, and what does not look like the document
 * is an error: `TokenError` with code `keys_unavailable`. At least one key comes back.
 */
export async function fetchCerts(source: KeySource, fetch: Fetch, timeoutMs: number): Promise<Certs> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { accept: "application/json" };
    const response = await fetch(source.url, { redirect: "manual", signal, headers });
    if (response.status !== 200) throw unavailable(source, `answered with status ${response.status}`);
    return await importCerts(source, await readBody(source, response));
  } catch (cause) {
    if (cause instanceof TokenError && cause.code === "keys_unavailable") throw cause;
    throw unavailable(source, "did not answer, or not with a key document", { cause });
  }
}

async function readBody(source: KeySource, response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MAX_BODY_BYTES)
      throw unavailable(source, `answered with more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function importCerts(source: KeySource, body: Uint8Array): Promise<Certs> {
  const document = parseStrictJson(body, "the key document");
  if (!CertsDocument.Check(document))
    throw unavailable(source, `answered without a list of at most ${MAX_KEYS} keys`);
  const certs = new Map<string, CryptoKey>();
  for (const jwk of document.keys) {
    // Keys of another kind or strength are left out, not tried: nothing is ever asked of them.
    const read = readKey(jwk, source.algorithms);
    if (read === null) continue;
    if (certs.has(read.kid)) throw unavailable(source, "answered with two keys of the same kid");
    certs.set(read.kid, await read.key);
  }
  if (certs.size === 0) {
    const wanted = source.algorithms.includes("ES256")
      ? "a key for RS256 or ES256"
      : `an RSA key of ${MIN_MODULUS_BITS} bits or more`;
    throw unavailable(source, `answered without ${wanted}`);
  }
  return certs;
}

function readKey(
  jwk: unknown,
  algorithms: readonly Algorithm[],
): { readonly kid: string; readonly key: Promise<CryptoKey> } | null {
  if (algorithms.includes("RS256") && RsaJwk.Check(jwk) && countModulusBits(jwk.n) >= MIN_MODULUS_BITS) {
    const { kty, kid, n, e } = jwk;
    return { kid, key: crypto.subtle.importKey("jwk", { kty, n, e }, RSA, false, ["verify"]) };
  }
  if (algorithms.includes("ES256") && EcJwk.Check(jwk)) {
    const { kty, kid, crv, x, y } = jwk;
    return { kid, key: crypto.subtle.importKey("jwk", { kty, crv, x, y }, P256, false, ["verify"]) };
  }
  return null;
}

/** Leading zeros do not make a key strong. */
function countModulusBits(n: string): number {
  return BigInt(`0x0${Buffer.from(n, "base64url").toString("hex")}`).toString(2).length;
}

function unavailable({ setting }: KeySource, what: string, options?: { cause: unknown }): TokenError {
  return new TokenError("keys_unavailable", `${setting} ${what}`, options);
}
