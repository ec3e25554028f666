import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { systemClock } from "../../src/clock.ts";
import { identityOf, type Person } from "../bench/person.ts";

export const TEAM_DOMAIN = "https://acme.cloudflareaccess.com";
const KEY_ID = "soak-key";
const QUESTION_SECONDS = 60;
const SESSION_SECONDS = 86_400;

/** Cloudflare's edge, played. */
export interface SoakEdge {
  readonly certsUrl: string;
  /** What it posts to `/evaluate` about a login at `loginAt` (milliseconds since the epoch); each is another one. */
  signQuestion(person: Person, loginAt: number): Promise<string>;
  /** What a person's browser sends with each request to an application. */
  signSession(person: Person, audience: string): Promise<string>;
  stop(): Promise<void>;
}

export async function openEdge(): Promise<SoakEdge> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const certs = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: "RS256", use: "sig" }] };
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(certs) });
  const sign = (claims: Readonly<Record<string, unknown>>, lifetimeSeconds: number) => {
    const now = Math.floor(systemClock() / 1_000);
    return new SignJWT({ iat: now, ...claims })
      .setProtectedHeader({ alg: "RS256", kid: KEY_ID, typ: "JWT" })
      .setExpirationTime(now + lifetimeSeconds)
      .sign(privateKey);
  };
  return {
    certsUrl: `http://127.0.0.1:${server.port}/`,
    signQuestion(person, loginAt) {
      const iat = Math.floor(loginAt / 1_000);
      const identity = { ...identityOf(person, new Date(systemClock()).toISOString()), iat };
      return sign({ identity, nonce: crypto.randomUUID() }, QUESTION_SECONDS);
    },
    signSession({ subject, email }, audience) {
      const claims = { iss: TEAM_DOMAIN, aud: [audience], sub: subject, email, type: "app" };
      return sign({ ...claims, device_id: `laptop-of-${subject}` }, SESSION_SECONDS);
    },
    stop: () => server.stop(true),
  };
}
