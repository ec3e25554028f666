import { createLocalJWKSet, type JWTPayload, jwtVerify } from "jose";
import { type RawReply, sendRaw } from "../support/raw-http.ts";
import { TestService, type TestServiceOptions } from "../support/test-service.ts";
import { applicationClaims, signAccessToken } from "../token/access-team.ts";

export const AUDIENCE_OF_WIKI = "97e2aae1207e7c4a";

/** Applications that proxies are in front of in these tests. */
export const PROXY_POLICIES = `
applications:
  - id: wiki
    name: wiki
    aud: ${AUDIENCE_OF_WIKI}
    domain: wiki.example.com
    policies:
      - name: Staff
        decision: allow
        include: [{ email_domain: { domain: example.com } }]
        exclude: [{ email: { email: mallory@example.com } }]
  - id: admin
    name: admin
    aud: aud-of-admin
    domain: wiki.example.com/admin
    policies:
      - name: Root
        decision: allow
        include: [{ email: { email: root@example.com } }]
  - id: status
    name: status
    domain: status.example.com
    policies:
      - { name: Anybody, decision: bypass, include: [{ everyone: {} }] }
  - id: office
    name: office
    domain: office.example.com
    policies:
      - { name: At the office, decision: bypass, include: [{ ip: { ip: 192.0.2.0/24 } }] }
`;

/** What a client asks a proxy for. */
export interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly target?: string;
  /** Header lines of the client. */
  readonly headers?: readonly string[];
  /** The address of the client; null where the proxy does not say. */
  readonly client?: string | null;
}

/** The bytes of what a proxy of this kind asks. */
export const AS_SENT_BY = {
  nginx: ({
    method = "GET",
    host = "wiki.example.com",
    target = "/",
    headers = [],
    client = CLIENT,
  }: Asked) =>
    render("GET", "/postern", "postern.internal", [
      ...headers,
      `X-Original-Method: ${method}`,
      `X-Original-URL: https://${host}${target}`,
      ...(client === null ? [] : [`X-Forwarded-For: ${client}`]),
    ]),
  caddy: (asked: Asked) => renderForwarded("GET", asked),
  traefik: (asked: Asked) => renderForwarded("GET", asked),
  haproxy: (asked: Asked) => renderForwarded("HEAD", asked),
  "envoy-http": ({
    method = "GET",
    host = "wiki.example.com",
    target = "/",
    headers = [],
    client = CLIENT,
  }: Asked) =>
    render(method, target, host, [
      ...headers,
      "X-Forwarded-Proto: https",
      ...(client === null ? [] : [`X-Forwarded-For: ${client}`]),
    ]),
} as const;

export type HttpKind = keyof typeof AS_SENT_BY;
export const HTTP_KINDS: readonly HttpKind[] = ["nginx", "caddy", "traefik", "haproxy", "envoy-http"];

const CLIENT = "203.0.113.9";

function renderForwarded(
  own: string,
  { method = "GET", host = "wiki.example.com", target = "/", headers = [], client = CLIENT }: Asked,
): string {
  return render(own, "/postern?rd=ignored", "postern.internal", [
    ...headers,
    `X-Forwarded-Method: ${method}`,
    `X-Forwarded-Host: ${host}`,
    `X-Forwarded-Uri: ${target}`,
    "X-Forwarded-Proto: https",
    ...(client === null ? [] : [`X-Forwarded-For: ${client}`]),
  ]);
}

/** A request as bytes; `Connection: close` unless the headers hold one. */
export function render(method: string, target: string, host: string, headers: readonly string[]): string {
  const close = headers.some((line) => /^connection:/i.test(line)) ? [] : ["Connection: close"];
  return [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...headers, ...close, "", ""].join("\r\n");
}

/** Postern with one listener for each kind of proxy that speaks HTTP. */
export class ProxyRig implements AsyncDisposable {
  private constructor(readonly service: TestService) {}

  static async start(policies = PROXY_POLICIES, options: TestServiceOptions = {}): Promise<ProxyRig> {
    const proxies = HTTP_KINDS.map((kind) => ({ kind, listen: "127.0.0.1:0", peers: ["127.0.0.1/32"] }));
    const config = { login_url: "https://login.example.com/?back={url}", proxies, ...options.config };
    return new ProxyRig(await TestService.start(policies, { ...options, config }));
  }

  /** What the listener of `kind` answers. */
  ask(kind: HttpKind, asked: Asked = {}): Promise<RawReply> {
    return this.send(kind, AS_SENT_BY[kind](asked));
  }

  send(kind: string, bytes: string | Uint8Array): Promise<RawReply> {
    return sendRaw(this.service.urlOf(kind), bytes);
  }

  /** The claims of the verdict of a permit, verified by the published keys. Throws where it does not hold. */
  async verdictOf(reply: RawReply): Promise<JWTPayload> {
    const keys = await fetch(`${this.service.urlOf("public")}/.well-known/jwks.json`);
    const { payload } = await jwtVerify(
      reply.headers.get("x-postern-verdict") ?? "",
      createLocalJWKSet(JSON.parse(await keys.text())),
      {
        algorithms: ["ES256"],
        typ: "verdict+jwt",
        issuer: "https://postern.example.com",
        currentDate: new Date(this.service.now),
      },
    );
    return payload;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.stop();
  }
}

/** `403 no_application`: the status of an answer, and its reason where it is a denial. */
export function outcomeOf({ status, headers }: RawReply): string {
  const reason = headers.get("x-postern-reason");
  return reason === undefined ? String(status) : `${status} ${reason}`;
}

/** The header of Access with a token for the wiki; claims that differ from Ada's. */
export async function accessHeaderFor(claims: Record<string, unknown> = {}): Promise<string> {
  return `Cf-Access-Jwt-Assertion: ${await accessTokenFor(claims)}`;
}

export function accessTokenFor(claims: Record<string, unknown> = {}): Promise<string> {
  return signAccessToken(applicationClaims({ aud: [AUDIENCE_OF_WIKI], ...claims }));
}
