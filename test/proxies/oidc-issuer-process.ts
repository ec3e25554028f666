/**
 * An OpenID provider in a process of its own, where its warnings about development disturb nobody. Takes its
 * options as JSON.
 */
import { createServer } from "node:http";
import { Value } from "@sinclair/typebox/value";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { IssuerOptions } from "./oidc-issuer.ts";

const LIFE_S = 300;

const { issuer, client, groups } = Value.Parse(IssuerOptions, JSON.parse(process.argv[2] ?? ""));
const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const key = { ...(await exportJWK(privateKey)), kid: "the-key", alg: "RS256", use: "sig" };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [client.redirectUrl],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: [client.secret] },
  scopes: ["openid", "email", "groups"],
  claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"] },
  // As most providers do, and Postern needs: the claims are in the ID token, too.
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  ttl: { IdToken: LIFE_S, AccessToken: LIFE_S, Session: LIFE_S, Grant: LIFE_S, Interaction: LIFE_S },
  findAccount: (_, email) => ({
    accountId: email,
    claims: () => ({ sub: email, email, email_verified: true, groups: groups[email] ?? [] }),
  }),
});

createServer(provider.callback()).listen(Number(new URL(issuer).port), "127.0.0.1");
