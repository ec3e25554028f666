import type { DecisiveHeaders } from "./decisive-headers.ts";

const BEARER = /^bearer +(\S+)$/i;

/** The bearer token of a request (RFC 6750, 2.1); null for none. */
export function bearerOf(headers: DecisiveHeaders): string | null {
  const [, token = null] = BEARER.exec(headers.get("authorization") ?? "") ?? [];
  return token;
}
