import { type JsonObject, parseStrictObject } from "./strict-json.ts";
import { TokenError } from "./token-error.ts";

/** The only two: neither `none` nor a shared secret has a code path (RFC 8725, 3.1). */
export type Algorithm = "RS256" | "ES256";

const SIGNATURES = {
  RS256: { name: "RSASSA-PKCS1-v1_5" },
  ES256: { name: "ECDSA", hash: "SHA-256" },
} as const satisfies { readonly [algorithm in Algorithm]: object };

/** What a token's header may be; `undefined` among the types stands for a header without `typ`. */
export interface GateRules {
  readonly algorithms: readonly Algorithm[];
  readonly types: readonly (string | undefined)[];
  /** Header members that say again which key it was, and are left alone; none unless told. */
  readonly ignored?: readonly string[];
}

const MAX_TOKEN_CHARS = 16 * 1024;
const MAX_DOTS = 2;
const KID = /^[\x21-\x7e]{1,256}$/;
const HEADER_NAMES = new Set(["alg", "kid", "typ"]);

/**
 * Takes a compact JWS (RFC 7515) apart without any cryptography. It refuses what has a second reading
 * or asks for a second way to find a key. Throws `TokenError`.
 */
export function parseToken(token: string, rules: GateRules): ParsedToken {
  if (token.length > MAX_TOKEN_CHARS) {
    throw new TokenError("too_large", `the token has more than ${MAX_TOKEN_CHARS} characters`);
  }
  const [headerPart, payloadPart, signaturePart, rest] = token.split(".", MAX_DOTS + 2);
  if (!headerPart || !payloadPart || !signaturePart || rest !== undefined) {
    throw new TokenError("malformed", "the token does not have exactly three parts");
  }
  const header = parseStrictObject(decodePart(headerPart, "the token's header"), "the token's header");
  const { algorithm, kid } = checkHeader(header, rules);
  const payload = decodePart(payloadPart, "the token's payload");
  const claims = parseStrictObject(payload, "the token's payload");
  const signed = Buffer.from(token.slice(0, headerPart.length + 1 + payloadPart.length));
  const signature = decodePart(signaturePart, "the token's signature");
  return new Parsed(algorithm, kid, { claims, payload, signed, signature });
}

/** Base64url (RFC 4648, 5) with one spelling per value: no padding, no white space, no stray last bits. */
function decodePart(part: string, name: string): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(part, "base64url");
  if (bytes.toString("base64url") !== part)
    throw new TokenError("malformed", `${name} is not canonical base64url`);
  return bytes;
}

function checkHeader(header: JsonObject, rules: GateRules): { algorithm: Algorithm; kid: string } {
  const algorithm = rules.algorithms.find((allowed) => allowed === header.alg);
  if (algorithm === undefined) {
    throw new TokenError("algorithm_refused", `the token's alg is not ${rules.algorithms.join(" or ")}`);
  }
  for (const name in header) {
    if (!HEADER_NAMES.has(name) && !rules.ignored?.includes(name)) {
      throw new TokenError("header_refused", "the token's header holds more than alg, kid and typ");
    }
  }
  if (!rules.types.some((allowed) => allowed === header.typ)) {
    throw new TokenError("header_refused", "the token's typ is not the one expected here");
  }
  const kid = header.kid;
  if (typeof kid !== "string" || !KID.test(kid)) {
    throw new TokenError(
      "header_refused",
      "the token's kid is not a string of 1 to 256 printable characters",
    );
  }
  return { algorithm, kid };
}

/** A token that passed the gate. Nothing it claims can be read before `verifySignature` has held. */
export type ParsedToken = Parsed;

interface Parts {
  readonly claims: JsonObject;
  readonly payload: Uint8Array;
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

class Parsed {
  readonly #parts: Parts;

  constructor(
    readonly algorithm: Algorithm,
    readonly kid: string,
    parts: Parts,
  ) {
    this.#parts = parts;
  }

  /**
   * The claims and the bytes that say them, if `key` signed the token: by its header's algorithm, or by none.
   * Throws `TokenError` with code `bad_signature`.
   */
  async verifySignature(key: CryptoKey): Promise<{ claims: JsonObject; payload: Uint8Array }> {
    const { claims, payload, signed, signature } = this.#parts;
    const fault = (cause?: unknown) =>
      new TokenError("bad_signature", "the token's signature does not hold", { cause });
    // Refused by WebCrypto where the key is one for another algorithm.
    const holds = await crypto.subtle
      .verify(SIGNATURES[this.algorithm], key, signature, signed)
      .catch((cause: unknown) => Promise.reject(fault(cause)));
    if (!holds) throw fault();
    return { claims, payload };
  }
}
