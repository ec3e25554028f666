import { importPKCS8, SignJWT } from "jose";
import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  genericTokenEndpointRequest,
  processClientCredentialsResponse,
  processGenericTokenEndpointResponse,
} from "oauth4webapi";
import type { Host } from "../../src/plugin.ts";
import type { Scope } from "./path.ts";
import type { AuthSource } from "./source-schema.ts";
import { compileTemplate } from "./template.ts";

/** Proves to an API who asks. */
export interface Authorizer {
  headers(): Promise<Readonly<Record<string, string>>>;
  /** The API did not take what it was shown: the next question brings a new token. */
  forget(): void;
}

interface Token {
  readonly access_token: string;
  readonly expires_in?: number | undefined;
}

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ASSERTION_LIFETIME_SECONDS = 600;
/** A token is renewed this long before its end; one without an end lives that long. */
const RENEW_AHEAD_MS = 60_000;
const UNSAID_LIFETIME_SECONDS = 300;

/** Rejects for a private key that is none. */
export async function createAuthorizer(
  auth: AuthSource | undefined,
  config: Scope,
  host: Pick<Host, "fetch" | "now">,
): Promise<Authorizer> {
  if (auth === undefined) return { headers: async () => ({}), forget: () => {} };
  const fill = (text: string) => compileTemplate(text).fill(config);
  if (auth.type === "header") {
    const headers = { [auth.name ?? "authorization"]: fill(auth.value) };
    return { headers: async () => headers, forget: () => {} };
  }
  const tokenUrl = fill(auth.token_url);
  const server: AuthorizationServer = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
  // Which addresses may be asked, and how, is for the host to say.
  const options = { [customFetch]: tokenFetch(host), [allowInsecureRequests]: true };

  if (auth.type === "client_credentials") {
    const client: Client = { client_id: fill(auth.client_id) };
    const authenticate = ClientSecretPost(fill(auth.client_secret));
    const parameters: Record<string, string> = auth.scope === undefined ? {} : { scope: fill(auth.scope) };
    return keepToken(host, async () => {
      const response = await clientCredentialsGrantRequest(server, client, authenticate, parameters, options);
      return processClientCredentialsResponse(server, client, response);
    });
  }

  const issuer = fill(auth.issuer);
  const subject = fill(auth.subject);
  const scope = fill(auth.scope);
  const key = await importPKCS8(fill(auth.private_key), "RS256");
  const client: Client = { client_id: issuer };
  return keepToken(host, async () => {
    const issuedAt = Math.floor(host.now() / 1_000);
    const assertion = await new SignJWT({ scope })
      .setProtectedHeader({ alg: "RS256", typ: "JWT" })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(tokenUrl)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ASSERTION_LIFETIME_SECONDS)
      .sign(key);
    // The assertion is the client's proof; there is no other.
    const prove = () => {};
    const response = await genericTokenEndpointRequest(
      server,
      client,
      prove,
      JWT_BEARER,
      { assertion },
      options,
    );
    return processGenericTokenEndpointResponse(server, client, response);
  });
}

/** Fetches a token when there is none that lasts, once for all who wait. */
function keepToken(host: Pick<Host, "now">, request: () => Promise<Token>): Authorizer {
  let token: { readonly header: string; readonly endsAt: number } | null = null;
  let underWay: Promise<string> | null = null;

  async function renew(): Promise<string> {
    const askedAt = host.now();
    const { access_token, expires_in = UNSAID_LIFETIME_SECONDS } = await request();
    const header = `Bearer ${access_token}`;
    token = { header, endsAt: askedAt + expires_in * 1_000 - RENEW_AHEAD_MS };
    return header;
  }

  return {
    async headers() {
      if (token !== null && host.now() < token.endsAt) return { authorization: token.header };
      underWay ??= renew().finally(() => {
        underWay = null;
      });
      return { authorization: await underWay };
    },
    forget() {
      token = null;
    },
  };
}

/** The host's fetch, as the library calls it. It insists on 200, and not every server does. */
function tokenFetch({ fetch }: Pick<Host, "fetch">) {
  return async (
    url: string,
    { method, headers, body }: { method: string; headers: Record<string, string>; body: URLSearchParams },
  ): Promise<Response> => {
    const response = await fetch(url, { method, headers, body: body.toString() });
    return new Response(response.body, {
      status: response.ok ? 200 : response.status,
      headers: response.headers,
    });
  };
}
