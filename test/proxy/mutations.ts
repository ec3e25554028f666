import { createGate, type RawRequest } from "../../src/server/proxy/gate.ts";
import type { ProxyReply } from "../../src/server/proxy/reply.ts";
import { type Dice, pick, seededDice } from "../oracle/dice.ts";
import { type MakeGate, openDirectly } from "./direct-rig.ts";
import { AUDIENCE_OF_WIKI, accessTokenFor, HTTP_KINDS, type HttpKind } from "./rig.ts";

/**
 * Everything here is closed to Mallory, who has a good token for the wiki, no secret, and asks from
 * 203.0.113.9: by person, by address, by service token, by link and by certificate.
 */
const CLOSED = `
service_tokens:
  - { id: robot, name: Robot, client_id: robot.access }
applications:
  - name: wiki
    id: wiki
    aud: ${AUDIENCE_OF_WIKI}
    domain: wiki.example.com
    policies: [{ name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }], exclude: [{ email: { email: mallory@example.com } }] }]
  - name: admin
    aud: aud-of-admin
    domain: wiki.example.com/admin
    policies: [{ name: Root, decision: allow, include: [{ email: { email: root@example.com } }] }]
  - name: office
    domain: office.example.com
    policies: [{ name: Office, decision: bypass, include: [{ ip: { ip: 192.0.2.0/24 } }] }]
  - name: inside
    domain: wiki.example.com/inside
    policies: [{ name: Office, decision: bypass, include: [{ ip: { ip: 192.0.2.0/24 } }] }]
  - name: robots
    domain: robots.example.com
    read_service_tokens_from_header: X-Robot
    policies:
      - { name: Robots, decision: service_auth, include: [{ service_token: { token_id: robot } }, { certificate: {} }] }
      - { name: Linked, decision: service_auth, include: [{ linked_app_token: { app_uid: admin } }] }
  - name: tenants
    aud: aud-of-tenants
    domain: "*.tenants.example.com"
    policies: [{ name: Root, decision: allow, include: [{ email: { email: root@example.com } }] }]
`;

/** A request of a client, before the proxy puts its own headers to it. */
interface ClientRequest {
  method: string;
  host: string;
  target: string;
  /** Names and values in turn. */
  headers: string[];
}

const HOSTS = [
  "wiki.example.com",
  "office.example.com",
  "robots.example.com",
  "a.tenants.example.com",
  "WIKI.example.com.",
  "office.example.com:443",
  "127.0.0.1",
  "localhost",
  "[::1]",
  "",
];
const TARGETS = [
  "/",
  "/admin",
  "/inside",
  "/admin/users?x=/inside",
  "//inside",
  "/./inside",
  "/admin/../inside",
  "/%69nside",
  "/inside%2f..%2fadmin",
  "/healthz",
  "/.well-known/jwks.json",
  "*",
  "http://office.example.com/",
  "/a#/inside",
  "/\\inside",
  "/%00",
  "/inside;a=b/..",
];
const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PROPFIND",
  "TRACE",
  "CONNECT",
  "get",
  "PURGE",
  "FOO",
];
const NAMES = [
  "Cookie",
  "Authorization",
  "Cf-Access-Jwt-Assertion",
  "CF-Access-Client-Id",
  "CF-Access-Client-Secret",
  "Cf-Access-Token",
  "X-Robot",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Uri",
  "X-Forwarded-Method",
  "X-Forwarded-Proto",
  "X-Original-URL",
  "X-Original-Method",
  "X-Original-URI",
  "X-Real-Ip",
  "Forwarded",
  "Connection",
  "Host",
  "Origin",
  "Access-Control-Request-Method",
  "X-Requested-With",
  "X-Postern-User",
  "X-Postern-Verdict",
  "X-SSL-Client-Verify",
  "X-SSL-Client-Cert",
  "X-Forwarded-Client-Cert",
  "X-Http-Method-Override",
  "User-Agent",
  "__proto__",
  "constructor",
];
const VALUES = [
  "192.0.2.7",
  "root@example.com",
  "robot.access",
  "a-secre",
  "SUCCESS",
  "close",
  "keep-alive, X-Forwarded-For",
  "office.example.com",
  "https://office.example.com/",
  "/inside",
  "for=192.0.2.7",
  '{"cf-access-client-id":"robot.access","cf-access-client-secret":"a-secre"}',
  "XMLHttpRequest",
  "PUT",
  "*",
  "",
  "-",
  "null",
  "true",
  "Bearer ",
  "Basic cm9vdDpyb290",
];
const CHARACTERS = [
  "/",
  ".",
  "%",
  "\\",
  "#",
  "?",
  ";",
  ",",
  "@",
  ":",
  " ",
  "\u0000",
  "\t",
  "\u00e9",
  "\u2024",
  "%2e",
  "%2F",
  "%5c",
  "%00",
  "..",
  "//",
  "_",
  "-",
  "A",
  "0",
  "*",
  "'",
  '"',
  "{",
];

/** Headers that would open something if they were believed. */
const FORGERIES = [
  ["X-Forwarded-For", "192.0.2.7"],
  ["X-Forwarded-For", "192.0.2.7, 203.0.113.9"],
  ["X_Forwarded_For", "192.0.2.7"],
  ["X-Original-URL", "https://office.example.com/"],
  ["X-Forwarded-Host", "office.example.com"],
  ["X-Forwarded-Uri", "/inside"],
  ["Connection", "close, X-Forwarded-For"],
  ["CF-Access-Client-Id", "robot.access"],
  ["Forwarded", "for=192.0.2.7;host=office.example.com"],
  ["X-SSL-Client-Verify", "SUCCESS"],
] as const;

/** How each proxy tells of it, as its documented configuration does: what it sets itself replaces the client's. */
function forward(
  kind: HttpKind,
  { method, host, target, headers }: ClientRequest,
  replaces: boolean,
): RawRequest {
  const own =
    kind === "nginx"
      ? [
          "X-Original-Method",
          method,
          "X-Original-URL",
          `https://${host}${target}`,
          "X-Forwarded-For",
          "203.0.113.9",
        ]
      : kind === "envoy-http"
        ? ["Host", host, "X-Forwarded-Proto", "https", "X-Forwarded-For", "203.0.113.9"]
        : [
            "X-Forwarded-Method",
            method,
            "X-Forwarded-Host",
            host,
            "X-Forwarded-Uri",
            target,
            "X-Forwarded-Proto",
            "https",
            "X-Forwarded-For",
            "203.0.113.9",
          ];
  const names = new Set(own.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()));
  const kept = headers.filter(
    (_, at) => !(replaces && names.has((headers[at - (at % 2)] ?? "").toLowerCase())),
  );
  const itself = kind === "envoy-http" ? { method, target } : { method: "GET", target: "/postern" };
  return { ...itself, headers: [...kept, ...own] };
}

function mutate(dice: Dice, request: ClientRequest, tokens: readonly string[]): void {
  const spoil = (text: string) => {
    const at = dice(text.length + 1);
    const cut = dice(3);
    return text.slice(0, at) + pick(dice, CHARACTERS) + text.slice(at + cut);
  };
  const value = () => {
    const written = dice(3) === 0 ? pick(dice, tokens) : pick(dice, VALUES);
    return dice(2) === 0 ? written : spoil(written);
  };
  switch (dice(10)) {
    case 7:
    case 8:
      request.headers.push(...pick(dice, FORGERIES));
      return;
    case 0:
      request.method = pick(dice, METHODS);
      return;
    case 1:
      request.host = pick(dice, HOSTS);
      return;
    case 2:
      request.host = spoil(request.host);
      return;
    case 3:
      request.target = pick(dice, TARGETS);
      return;
    case 4:
      request.target = spoil(request.target);
      return;
    case 5:
      request.headers.push(pick(dice, NAMES), value());
      return;
    case 6:
      request.headers.push(spoil(pick(dice, NAMES)), value());
      return;
    default: {
      const at = 2 * dice(Math.max(request.headers.length / 2, 1)) + 1;
      if (at < request.headers.length) request.headers[at] = spoil(request.headers[at] ?? "");
    }
  }
}

export interface Escape {
  readonly kind: HttpKind;
  readonly raw: RawRequest;
}

/** Mutates denied requests `count` times and asks about each; the first one that is permitted, null where none is. */
export async function findEscape(
  seed: number,
  count: number,
  makeGate: MakeGate = createGate,
): Promise<Escape | null> {
  const dice = seededDice(seed);
  const mallory = await accessTokenFor({ sub: "u-m", email: "mallory@example.com" });
  const tokens = [
    mallory,
    `CF_Authorization=${mallory}`,
    `Bearer ${mallory}`,
    `a=b; CF_Authorization=${mallory}`,
    mallory.slice(0, -1),
    `${mallory.split(".").slice(0, 2).join(".")}.`,
  ];
  const listeners = await Promise.all(
    HTTP_KINDS.map(async (kind) => [kind, await openDirectly(kind, CLOSED, { makeGate })] as const),
  );
  for (let done = 0; done < count; done++) {
    const [kind, { answer }] = pick(dice, listeners);
    const request = {
      method: "GET",
      host: pick(dice, ["wiki.example.com", "office.example.com", "robots.example.com"]),
      target: pick(dice, ["/", "/admin", "/inside/a"]),
      headers: ["Cf-Access-Jwt-Assertion", mallory],
    };
    for (let left = dice(6) + 1; left > 0; left--) mutate(dice, request, tokens);
    const raw = forward(kind, request, dice(4) > 0);
    const reply: ProxyReply = await answer(raw);
    if (reply.status !== 401 && reply.status !== 403) return { kind, raw };
  }
  return null;
}
