import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import { type Listener, listen } from "../../server/listen.ts";
import type { DemoIdentity } from "./people.ts";

/** Cloudflare's edge, played on this machine: it signs identity tokens and believes only signed answers. */
export interface Edge {
  /** Where it publishes the keys it signs with. */
  readonly certsUrl: string;
  readonly teamDomain: string;
  /** Asks about one login, as Access does. `key` is the edge's own, or a forger's. */
  ask(evaluateUrl: string, keysUrl: string, identity: object, key?: "own" | "forged"): Promise<EdgeAnswer>;
  /** The token with which Access vouches for a login to the application of `audience`. */
  signApplicationToken(identity: DemoIdentity, audience: string): Promise<string>;
  stop(): Promise<void>;
}

/** What the edge makes of a reply: an answer that holds, or why it counts as a no. */
export type EdgeAnswer =
  | { readonly believed: true; readonly success: boolean }
  | { readonly believed: false; readonly status: number; readonly why: string };

const TEAM_DOMAIN = "https://acme.cloudflareaccess.com";
const KEY_ID = "demo-access-key";
const TOKEN_LIFETIME = "60s";

/** Opens the edge's certificates on a free loopback port. `now` is seconds since the epoch. */
export async function openEdge(now: () => number): Promise<Edge> {
  const own = await generateKeyPair("RS256", { extractable: true });
  const forged = await generateKeyPair("RS256");
  const certs = { keys: [{ ...(await exportJWK(own.publicKey)), kid: KEY_ID, alg: "RS256", use: "sig" }] };
  const listener: Listener = listen(() => Response.json(certs), { kind: "tcp", host: "127.0.0.1", port: 0 });

  async function signIdentity(identity: object, nonce: string, key: "own" | "forged"): Promise<string> {
    const iat = Math.floor(now());
    return new SignJWT({ identity: { ...identity, iat }, nonce, iat })
      .setProtectedHeader({ alg: "RS256", kid: KEY_ID, typ: "JWT" })
      .setExpirationTime(TOKEN_LIFETIME)
      .sign((key === "own" ? own : forged).privateKey);
  }

  return {
    certsUrl: `${listener.url}/cdn-cgi/access/certs`,
    teamDomain: TEAM_DOMAIN,
    async ask(evaluateUrl, keysUrl, identity, key = "own") {
      const nonce = crypto.randomUUID();
      const token = await signIdentity(identity, nonce, key);
      const response = await postJson(evaluateUrl, { token });
      const body: unknown = await response.json();
      if (!response.ok) return { believed: false, status: response.status, why: readText(body, "error") };
      const keys = await fetch(keysUrl);
      const { payload } = await jwtVerify(
        readText(body, "token"),
        createLocalJWKSet(readKeys(await keys.json())),
        {
          algorithms: ["RS256"],
          requiredClaims: ["exp", "iat", "nonce", "success"],
        },
      );
      if (payload.nonce !== nonce)
        return { believed: false, status: response.status, why: "the nonce was changed" };
      return { believed: true, success: payload.success === true };
    },
    signApplicationToken({ email, user_uuid, device_id }, audience) {
      const iat = Math.floor(now());
      return new SignJWT({ type: "app", email, device_id, iat, nbf: iat })
        .setProtectedHeader({ alg: "RS256", kid: KEY_ID, typ: "JWT" })
        .setIssuer(TEAM_DOMAIN)
        .setSubject(user_uuid)
        .setAudience([audience])
        .setExpirationTime("1h")
        .sign(own.privateKey);
    },
    stop: () => listener.stop(0),
  };
}

function postJson(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

function readText(body: unknown, name: string): string {
  const value =
    typeof body === "object" && body !== null ? Object.entries(body).find(([key]) => key === name) : null;
  return typeof value?.[1] === "string" ? value[1] : "";
}

function readKeys(body: unknown): JSONWebKeySet {
  const keys = typeof body === "object" && body !== null && "keys" in body ? body.keys : null;
  return { keys: Array.isArray(keys) ? keys : [] };
}
