import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  ClientSecretBasic,
  calculatePKCECodeChallenge,
  discoveryRequest,
  generateRandomCodeVerifier,
  processAuthorizationCodeResponse,
  processDiscoveryResponse,
  validateAuthResponse,
} from "oauth4webapi";

/** The settings of `oauth2-proxy.cfg` that what is played here goes by. */
const Settings = Type.Object({
  oidc_issuer_url: Type.String(),
  client_id: Type.String(),
  code_challenge_method: Type.Literal("S256"),
  scope: Type.String(),
  redirect_url: Type.String(),
  cookie_domains: Type.Tuple([Type.String()]),
  whitelist_domains: Type.Tuple([Type.String()]),
  set_authorization_header: Type.Literal(true),
});

/** Where a login stands between its start and its end. */
interface Pending {
  readonly verifier: string;
  readonly nonce: string;
  readonly back: string;
}

const SESSION = "_oauth2_proxy";
const INSECURE = { [allowInsecureRequests]: true } as const;

/** Plays oauth2-proxy with its documented settings: `/oauth2/start`, `/oauth2/callback` and `/oauth2/auth`. */
export function playOauth2Proxy(config: string, clientSecret: string) {
  const settings = Value.Parse(Settings, Bun.TOML.parse(config));
  const issuer = new URL(settings.oidc_issuer_url);
  const client = { client_id: settings.client_id };
  const pending = new Map<string, Pending>();
  const idTokens = new Map<string, string>();
  let known: AuthorizationServer | null = null;

  async function discover(): Promise<AuthorizationServer> {
    const options = { algorithm: "oidc", ...INSECURE } as const;
    known ??= await processDiscoveryResponse(issuer, await discoveryRequest(issuer, options));
    return known;
  }

  async function start(back: string): Promise<Response> {
    const [below] = settings.whitelist_domains;
    if (!new URL(back).hostname.endsWith(below))
      return new Response("that is not the way back", { status: 403 });
    const { authorization_endpoint = "" } = await discover();
    const [state, nonce] = [crypto.randomUUID(), crypto.randomUUID()];
    const verifier = generateRandomCodeVerifier();
    pending.set(state, { verifier, nonce, back });
    const asked = new URLSearchParams({
      response_type: "code",
      client_id: settings.client_id,
      redirect_uri: settings.redirect_url,
      scope: settings.scope,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: settings.code_challenge_method,
      state,
      nonce,
    });
    return leadTo(`${authorization_endpoint}?${asked}`);
  }

  async function finish(url: URL): Promise<Response> {
    const state = url.searchParams.get("state") ?? "";
    const login = pending.get(state);
    if (login === undefined) return new Response("nobody has started that", { status: 403 });
    pending.delete(state);
    const server = await discover();
    const answer = await authorizationCodeGrantRequest(
      server,
      client,
      ClientSecretBasic(clientSecret),
      validateAuthResponse(server, client, url, state),
      settings.redirect_url,
      login.verifier,
      INSECURE,
    );
    const expected = { expectedNonce: login.nonce, requireIdToken: true };
    const { id_token = "" } = await processAuthorizationCodeResponse(server, client, answer, expected);
    const session = crypto.randomUUID();
    idTokens.set(session, id_token);
    const [domain] = settings.cookie_domains;
    return leadTo(
      login.back,
      `${SESSION}=${session}; Path=/; Domain=${domain}; HttpOnly; Secure; SameSite=Lax`,
    );
  }

  function tell(cookies: string): Response {
    const [, session = ""] = new RegExp(`(?:^|; )${SESSION}=([^;]+)`).exec(cookies) ?? [];
    const idToken = idTokens.get(session);
    if (idToken === undefined) return new Response("Unauthorized", { status: 401 });
    return new Response(null, { status: 202, headers: { Authorization: `Bearer ${idToken}` } });
  }

  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const url = new URL(request.url);
      if (url.pathname === "/oauth2/start") return start(url.searchParams.get("rd") ?? "");
      if (url.pathname === "/oauth2/callback") return finish(url);
      if (url.pathname === "/oauth2/auth") return tell(request.headers.get("cookie") ?? "");
      return new Response(null, { status: 404 });
    },
  });
}

function leadTo(url: string, cookie?: string): Response {
  const headers = { Location: url, ...(cookie === undefined ? {} : { "Set-Cookie": cookie }) };
  return new Response(null, { status: 302, headers });
}
