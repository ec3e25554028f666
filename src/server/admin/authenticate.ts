import { createHash, timingSafeEqual } from "node:crypto";

export type Role = "viewer" | "operator";

/** A token that opens the admin API, known by its hash only. */
export interface AdminCredential {
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the token, lower-case hexadecimal. */
  readonly sha256: string;
}

/** Whoever holds a token. */
export interface Administrator {
  readonly name: string;
  readonly role: Role;
}

/** Finds out who is asking, by `Authorization: Bearer …` (RFC 6750); null for nobody that is known. */
export type Authenticate = (authorization: string | null) => Administrator | null;

const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** Every credential is compared, in constant time, whichever matches. */
export function createAuthenticate(credentials: readonly AdminCredential[]): Authenticate {
  const known = credentials.map(({ name, role, sha256 }) => ({
    name,
    role,
    hash: Buffer.from(sha256, "hex"),
  }));
  return (authorization) => {
    const [, token = null] = BEARER.exec(authorization ?? "") ?? [];
    if (token === null) return null;
    const hash = createHash("sha256").update(token).digest();
    let found: Administrator | null = null;
    for (const { name, role, hash: wanted } of known) {
      if (wanted.length === hash.length && timingSafeEqual(wanted, hash)) found = { name, role };
    }
    return found;
  };
}

const RANK = { viewer: 0, operator: 1 } as const;

/** Whether somebody may do what `needed` may do. */
export function mayAct({ role }: Administrator, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}
