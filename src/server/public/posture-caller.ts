import { createHash, timingSafeEqual } from "node:crypto";
import { serviceTokenOf } from "../../session/access-claims.ts";
import type { AccessVerifier } from "../../token/access-verifier.ts";

/** Who may ask for a score. */
export interface PostureCallers {
  /** Of the Access application that callers come through; null where none do. */
  readonly audience: string | null;
  readonly clients: readonly { readonly clientId: string; readonly secretSha256: string }[];
}

/** Whether a request may ask. Never throws. */
export type MayAsk = (request: Request) => Promise<boolean>;

const ASSERTION = "cf-access-jwt-assertion";
const CLIENT_ID = "cf-access-client-id";
const CLIENT_SECRET = "cf-access-client-secret";

/**
 * Knows callers by the assertion of Access for a service token, where an audience is configured and one is
 * sent; else by their client id and secret. `verifier` is null where no team is configured.
 */
export function createPostureGuard(
  { audience, clients }: PostureCallers,
  verifier: Pick<AccessVerifier, "verifyApplication"> | null,
): MayAsk {
  const known = clients.map(({ clientId, secretSha256 }) => ({
    id: digestOf(clientId),
    secret: Buffer.from(secretSha256, "hex"),
  }));
  const isClient = (headers: Headers): boolean => {
    const id = digestOf(headers.get(CLIENT_ID) ?? "");
    const secret = digestOf(headers.get(CLIENT_SECRET) ?? "");
    // Every client is compared, in constant time, whichever matches.
    return known.filter((client) => areEqual(client.id, id) && areEqual(client.secret, secret)).length > 0;
  };
  return async ({ headers }) => {
    const assertion = headers.get(ASSERTION);
    if (assertion === null || audience === null || verifier === null) return isClient(headers);
    try {
      const { claims } = await verifier.verifyApplication(assertion, audience);
      return serviceTokenOf(claims) !== null;
    } catch {
      return false;
    }
  };
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function areEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
