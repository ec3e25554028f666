import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { identityOf, type Person } from "./person.ts";

/** Cloudflare's edge, played: publishes its certificates, and signs tokens about people. */
export interface PlayedEdge {
  readonly teamDomain: string;
  readonly certsUrl: string;
  /** A token about each, good for an hour from `now` (milliseconds since the epoch). */
  signTokens(people: readonly Person[], now: number): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const KEY_ID = "benchmark-key";
const LIFETIME_SECONDS = 3_600;

export async function playEdge(): Promise<PlayedEdge> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const certs = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: "RS256", use: "sig" }] };
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(certs) });
  const signToken = (person: Person, now: number) => {
    const iat = Math.floor(now / 1_000);
    const identity = { ...identityOf(person, new Date(now).toISOString()), iat };
    return new SignJWT({ identity, nonce: crypto.randomUUID(), iat })
      .setProtectedHeader({ alg: "RS256", kid: KEY_ID, typ: "JWT" })
      .setExpirationTime(iat + LIFETIME_SECONDS)
      .sign(privateKey);
  };
  return {
    teamDomain: "https://acme.cloudflareaccess.com",
    certsUrl: `http://127.0.0.1:${server.port}/`,
    signTokens: (people, now) => Promise.all(people.map((person) => signToken(person, now))),
    stop: () => server.stop(true),
  };
}
