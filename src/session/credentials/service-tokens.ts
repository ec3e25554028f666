import { timingSafeEqual } from "node:crypto";

/** A service token, known by hashes of its secret only: SHA-256, lower-case hexadecimal. */
export interface ServiceTokenSecret {
  readonly clientId: string;
  readonly sha256: string;
  /** The secret before the last change, which counts until `untilMs` since the epoch; null for none. */
  readonly previous: { readonly sha256: string; readonly untilMs: number } | null;
}

/** What a client sent: both halves, as they came. */
export interface ServiceTokenPair {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Whether the pair is a service token at `now`. It takes as long for an unknown id as for a wrong secret. */
export type CheckServiceToken = (pair: ServiceTokenPair, now: number) => boolean;

/** A hash that no secret has. */
const NONE = Buffer.alloc(32);

export function createServiceTokenCheck(tokens: readonly ServiceTokenSecret[]): CheckServiceToken {
  const known = tokens.map(({ clientId, sha256, previous }) => ({
    id: hashOf(clientId),
    current: Buffer.from(sha256, "hex"),
    previous: previous === null ? NONE : Buffer.from(previous.sha256, "hex"),
    previousUntilMs: previous?.untilMs ?? Number.NEGATIVE_INFINITY,
  }));
  return ({ clientId, clientSecret }, now) => {
    const [id, secret] = [hashOf(clientId), hashOf(clientSecret)];
    let found = 0;
    // All of them are compared with all of it, whichever is meant.
    for (const token of known) {
      const isMeant = Number(timingSafeEqual(id, token.id));
      const isCurrent = Number(timingSafeEqual(secret, token.current));
      const isPrevious =
        Number(timingSafeEqual(secret, token.previous)) & Number(now < token.previousUntilMs);
      found |= isMeant & (isCurrent | isPrevious);
    }
    return found === 1;
  };
}

function hashOf(text: string): Buffer {
  return new Bun.CryptoHasher("sha256").update(text).digest();
}
