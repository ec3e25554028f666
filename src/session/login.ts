import { parseEmail } from "../core/email.ts";
import type { Facts } from "../core/fact.ts";
import type { AccessIdentity } from "./access-identity.ts";

/** What tells one login from all others, and whom it was by. */
export interface Login {
  /** The team domain. */
  readonly team: string;
  readonly subject: string;
  readonly email: string | null;
  readonly idp: string | null;
  readonly device: string | null;
  /** Whole seconds, in milliseconds since the epoch. */
  readonly loginAt: number;
  /** Id of the session that it makes. */
  readonly session: string;
}

/** How far ahead of our clock Access's may be. */
export const MAX_SKEW_MS = 60_000;

/**
 * The login that an identity speaks of; `facts` are those of the identity. Null where nobody logged in,
 * `undated` where it is not said when, or a time that is yet to come: no revocation could reach that.
 */
export function readLogin(
  team: string,
  identity: AccessIdentity,
  facts: Facts,
  now: number,
): Login | "undated" | null {
  const subject = knownValue(facts["identity.subject"]);
  if (subject === null) return null;
  const { iat } = identity;
  if (typeof iat !== "number" || !Number.isSafeInteger(iat) || iat < 0) return "undated";
  const loginAt = iat * 1_000;
  if (!(loginAt <= now + MAX_SKEW_MS)) return "undated";
  const login = {
    team,
    subject,
    // Verified or not: whoever is revoked by an address goes by it.
    email: parseEmail(identity.email)?.address ?? null,
    idp: knownValue(facts["identity.login_method"]),
    device: knownValue(facts["device.id"]),
    loginAt,
  };
  return { ...login, session: sessionIdOf(login) };
}

/** Id of the session that a login makes: the subject, and a hash of all that the login is told by. */
export function sessionIdOf({ team, subject, idp, loginAt, device }: Omit<Login, "session">): string {
  const tuple = JSON.stringify([team, subject, idp, loginAt, device]);
  return `${subject}.${new Bun.CryptoHasher("sha256").update(tuple).digest("base64url").slice(0, 22)}`;
}

/** The subject and the hash of a session id; null for a text that is none. */
export function splitSessionId(id: string): { readonly subject: string; readonly hash: string } | null {
  const [, subject, hash] = /^(.+)\.([\w-]{22})$/s.exec(id) ?? [];
  return subject === undefined || hash === undefined ? null : { subject, hash };
}

function knownValue<T>(
  fact: { readonly state: "known"; readonly value: T } | { readonly state: string } | undefined,
): T | null {
  return fact !== undefined && "value" in fact ? fact.value : null;
}
