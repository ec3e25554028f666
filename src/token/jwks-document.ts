import { createHash } from "node:crypto";
import type { Ring } from "./key-rotation.ts";

/** A JWKS (RFC 7517) ready to be served as `application/json`. */
export interface JwksDocument {
  readonly body: string;
  /** A strong validator, in quotes (RFC 9110, 8.8.3). */
  readonly etag: string;
  readonly cacheControl: string;
}

/** The public halves of every key that signs, signed or will sign, newest first. */
export function createJwksDocument(ring: Ring): JwksDocument {
  const published = [ring.pending, ring.active, ...ring.retiring];
  const newestFirst = published.toSorted((one, other) => other.publishedAt - one.publishedAt);
  const keys = newestFirst.map(({ publicJwk, algorithm, kid }) => ({
    ...publicJwk,
    alg: algorithm,
    use: "sig",
    kid,
  }));
  const body = JSON.stringify({ keys });
  return {
    body,
    etag: `"${createHash("sha256").update(body).digest("base64url")}"`,
    cacheControl: "public, max-age=300, must-revalidate",
  };
}
