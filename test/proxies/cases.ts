import { SERVICE_TOKEN } from "./policies.ts";
import type { Sent } from "./rig.ts";

/** One request, and what must come of it whatever the proxy is. */
export interface Case {
  readonly name: string;
  /** Whose token of Access goes with it; nobody's unless told. */
  readonly as?: string;
  readonly send: Sent;
  readonly expect: Expectation;
  /** Whether it is denied behind a proxy that forwards no certificate. */
  readonly needsCertificates?: boolean;
}

/** Statuses: `refused` is any of 4xx and 5xx, or a connection that is closed. Only `permitted` reaches the application. */
export type Expectation =
  | { readonly permitted: { readonly user: string; readonly subject: string } }
  | { readonly status: 401 | 403 }
  | { readonly loginFor: string }
  /** Refused, or permitted as a request for that host alone, which then is what the application hears. */
  | { readonly onlyAsFor: string }
  | "refused";

/** Both halves of a service token. */
export const ROBOT = [
  `CF-Access-Client-Id: ${SERVICE_TOKEN.id}`,
  `CF-Access-Client-Secret: ${SERVICE_TOKEN.secret}`,
];
const NOBODY = { user: "-", subject: "-" };
const ADA = { user: "ada@example.com", subject: "u-ada" };
export const DENIED = { status: 403 } as const;

/** The one table that every proxy passes. */
export const CASES: readonly Case[] = [
  {
    name: "permits whom a policy allows",
    as: "ada",
    send: { target: "/a/b%20c?d=e&f" },
    expect: { permitted: ADA },
  },
  {
    name: "permits other methods",
    as: "ada",
    send: { method: "DELETE", target: "/a" },
    expect: { permitted: ADA },
  },
  {
    name: "permits everybody where a policy says so",
    send: { host: "status.example.com" },
    expect: { permitted: NOBODY },
  },
  { name: "denies whom no policy allows", as: "mallory", send: {}, expect: DENIED },
  {
    name: "denies a host that is no application's",
    as: "ada",
    send: { host: "other.example.com" },
    expect: DENIED,
  },
  {
    name: "leads nobody to the login, and says where back",
    send: { target: "/a?b=c" },
    expect: { loginFor: "https://wiki.example.com/a?b=c" },
  },
  {
    name: "does not send a script to a login page",
    send: { headers: ["X-Requested-With: XMLHttpRequest"] },
    expect: { status: 401 },
  },
  {
    name: "asks for a better token than a broken one",
    send: { headers: ["Cf-Access-Jwt-Assertion: a.b.c"] },
    expect: { status: 401 },
  },
  {
    name: "permits a service token",
    send: { host: "robots.example.com", headers: ROBOT },
    expect: { permitted: { user: "-", subject: SERVICE_TOKEN.id } },
  },
  {
    name: "asks for a better service token than one with a wrong secret",
    send: { host: "robots.example.com", headers: [...ROBOT.slice(0, 1), "CF-Access-Client-Secret: guessed"] },
    expect: { status: 401 },
  },
  { name: "denies where a service token is missing", send: { host: "robots.example.com" }, expect: DENIED },
  {
    name: "permits a certificate",
    send: { host: "devices.example.com", certificate: "known" },
    expect: { permitted: NOBODY },
    needsCertificates: true,
  },
  { name: "denies where a certificate is missing", send: { host: "devices.example.com" }, expect: DENIED },
  {
    name: "refuses a certificate of another authority",
    send: { host: "devices.example.com", certificate: "stranger" },
    expect: "refused",
  },
  {
    name: "knows the client's own address",
    send: { host: "home.example.com" },
    expect: { permitted: NOBODY },
  },
  ...[
    "X-Forwarded-For: 192.0.2.7",
    "X-Real-IP: 192.0.2.7",
    "Forwarded: for=192.0.2.7",
    "X_Forwarded_For: 192.0.2.7",
  ].map((header) => ({
    name: `does not believe a client's address: ${header}`,
    send: { host: "office.example.com", headers: [header] },
    expect: "refused" as const,
  })),
  ...[
    "X-Original-URL: https://status.example.com/",
    "X-Original-Method: OPTIONS",
    "X-Forwarded-Host: status.example.com",
    "X-Forwarded-Uri: https://status.example.com/",
    "X_Forwarded_Host: status.example.com",
    "X.Forwarded.Host: status.example.com",
  ].map((header) => ({
    name: `does not believe where a client says that it goes: ${header}`,
    as: "mallory",
    send: { headers: [header] },
    expect: "refused" as const,
  })),
  ...[
    "/admin",
    "/admin/users?x=/wiki",
    "/./admin",
    "/wiki/../admin",
    "/wiki/%2e%2e/admin",
    "/wiki%2f..%2fadmin",
    "/wiki/..%2fadmin",
    "//admin",
    "/%61dmin",
    "/%2561dmin",
    "/wiki/..\\admin",
    "/admin%00",
    "/wiki/..;/admin",
    "/admin#/wiki",
    "/wiki#/../admin",
    "https://wiki.example.com/admin",
  ].map((target) => ({
    name: `never takes ${target} for something that is not below /admin`,
    as: "ada",
    send: { target },
    expect: "refused" as const,
  })),
  {
    name: "takes a target with a host of its own for that host's, or for nobody's",
    as: "ada",
    send: { target: "https://status.example.com/admin" },
    expect: { onlyAsFor: "status.example.com" },
  },
  {
    name: "takes a target with a host of its own for that host's, or for nobody's, beside the Host of an open one",
    send: { host: "status.example.com", target: "https://wiki.example.com/" },
    expect: { onlyAsFor: "status.example.com" },
  },
  {
    name: "permits a body of unknown length, which is the application's alone",
    as: "ada",
    send: { method: "POST", headers: ["Transfer-Encoding: chunked"], body: "2\r\nhi\r\n0\r\n\r\n" },
    expect: { permitted: ADA },
  },
  {
    name: "denies a body whose sender no policy allows",
    as: "mallory",
    send: { method: "POST", headers: ["Content-Length: 2"], body: "hi" },
    expect: DENIED,
  },
  {
    name: "refuses a second Host",
    as: "ada",
    send: { headers: ["Host: status.example.com"] },
    expect: "refused",
  },
  {
    name: "refuses a second token",
    as: "ada",
    send: { headers: ["Cf-Access-Jwt-Assertion: a.b.c"] },
    expect: "refused",
  },
];

/** The headers by which any of the proxies tells of a certificate, as a client would write them itself. */
export function writeCertificate(pem: string): readonly string[] {
  const escaped = encodeURIComponent(pem);
  const der = pem.replace(/-----[A-Z ]+-----|\s/g, "");
  return [
    "X-SSL-Client-Verify: SUCCESS",
    `X-SSL-Client-Cert: ${escaped}`,
    `X-Forwarded-Client-Cert: Cert="${escaped}"`,
    `X-Forwarded-Tls-Client-Cert: ${der}`,
  ];
}

/** Headers that a client sends to be taken for somebody else by the application. */
export const FORGED_HEADERS: readonly string[] = [
  "X-Postern-User: root@example.com",
  "x-postern-user: root@example.com",
  "X-Postern-Subject: root",
  'X-Postern-Groups: ["root"]',
  "X-Postern-Verdict: eyJ.eyJ.eyJ",
  "X-Postern-Decision: permit",
  "X_Postern_User: root@example.com",
  "X-Postern_User: root@example.com",
  "X.Postern.User: root@example.com",
  "X-Postern-User:\troot@example.com",
  "Connection: close, X-Postern-User",
  "Connection: close, X-Postern-Verdict, Cf-Access-Jwt-Assertion",
];
