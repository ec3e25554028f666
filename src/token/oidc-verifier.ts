import { createHash } from "node:crypto";
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Clock } from "../clock.ts";
import { checkAudience, checkIssuer, checkShape, checkTimes } from "./claims.ts";
import { type GateRules, parseToken } from "./jwt-gate.ts";
import { type JsonObject, parseStrictObject } from "./strict-json.ts";
import { TokenError } from "./token-error.ts";

/** An issuer of bearer tokens: an OpenID provider. */
export interface OidcIssuer {
  /** As `iss` spells it. */
  readonly issuer: string;
  /** One of them must be the token's only audience. */
  readonly audiences: readonly string[];
  readonly keys: { find(kid: string): Promise<CryptoKey> };
}

const BearerSchema = Type.Object({
  iss: Type.String(),
  aud: Type.Union([Type.String(), Type.Array(Type.String())]),
  sub: Type.String({ minLength: 1, maxLength: 255 }),
  exp: Type.Integer(),
  // Without it no revocation could reach the token.
  iat: Type.Integer(),
  nbf: Type.Optional(Type.Integer()),
});

/** A bearer token whose signature and claims have held. */
export interface VerifiedBearer {
  readonly issuer: string;
  readonly claims: JsonObject & Static<typeof BearerSchema>;
  /** SHA-256 of the signed claims, base64url. */
  readonly claimsHash: string;
}

export interface OidcVerifier {
  /** Whether the token says that it is of one of the issuers. What it says is not checked. */
  concerns(token: string): boolean;
  /** Throws `TokenError`; with code `keys_unavailable` nothing was decided about the token. */
  verify(token: string): Promise<VerifiedBearer>;
}

const bearerCheck = TypeCompiler.Compile(BearerSchema);

/** ID tokens, and access tokens (RFC 9068); Entra names its key a second time. */
const GATE: GateRules = {
  algorithms: ["RS256", "ES256"],
  types: ["JWT", "at+jwt", "application/at+jwt", undefined],
  ignored: ["x5t", "x5t#S256"],
};
const MAX_LIFETIME_MS = 31 * 86_400_000;
const MAX_TOKEN_CHARS = 16 * 1024;

export function createOidcVerifier(issuers: readonly OidcIssuer[], clock: Clock): OidcVerifier {
  const known = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));

  function findIssuer(token: string): OidcIssuer | null {
    return known.get(peekIssuer(token) ?? "") ?? null;
  }

  return {
    concerns: (token) => findIssuer(token) !== null,
    async verify(token) {
      const parsed = parseToken(token, GATE);
      const issuer = findIssuer(token);
      if (issuer === null) throw new TokenError("wrong_issuer", "the token's iss is none of the issuers");
      const { claims, payload } = await parsed.verifySignature(await issuer.keys.find(parsed.kid));
      const checked = checkShape(bearerCheck, claims);
      checkTimes(checked, MAX_LIFETIME_MS, clock());
      checkIssuer(checked.iss, issuer.issuer);
      checkAudience(checked.aud, issuer.audiences);
      return {
        issuer: issuer.issuer,
        claims: { ...claims, ...checked },
        claimsHash: createHash("sha256").update(payload).digest("base64url"),
      };
    },
  };
}

/** Whom a token says it is of, to find the keys by; null for what has no readable payload. */
function peekIssuer(token: string): string | null {
  const [, payload] = token.length > MAX_TOKEN_CHARS ? [] : token.split(".", 2);
  if (payload === undefined) return null;
  try {
    const { iss } = parseStrictObject(Buffer.from(payload, "base64url"), "the token's payload");
    return typeof iss === "string" ? iss : null;
  } catch {
    return null;
  }
}
