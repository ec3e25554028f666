import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load-config.ts";
import { Workspace } from "../support/run-verb.ts";
import {
  AS_SENT_BY,
  accessHeaderFor,
  HTTP_KINDS,
  type HttpKind,
  outcomeOf,
  ProxyRig,
  render,
} from "./rig.ts";

let rig: ProxyRig;
let ada: string;
beforeAll(async () => {
  rig = await ProxyRig.start();
  ada = await accessHeaderFor();
});
afterAll(() => rig[Symbol.asyncDispose]());

/** Headers that the proxy sets, by contract. */
const MANAGED: { readonly [K in HttpKind]: readonly string[] } = {
  nginx: ["X-Original-Method", "X-Original-URL", "X-Forwarded-For"],
  caddy: [
    "X-Forwarded-Method",
    "X-Forwarded-Host",
    "X-Forwarded-Uri",
    "X-Forwarded-Proto",
    "X-Forwarded-For",
  ],
  traefik: [
    "X-Forwarded-Method",
    "X-Forwarded-Host",
    "X-Forwarded-Uri",
    "X-Forwarded-Proto",
    "X-Forwarded-For",
  ],
  haproxy: [
    "X-Forwarded-Method",
    "X-Forwarded-Host",
    "X-Forwarded-Uri",
    "X-Forwarded-Proto",
    "X-Forwarded-For",
  ],
  "envoy-http": ["X-Forwarded-Proto", "X-Forwarded-For"],
};

const CREDENTIALS = [
  "Host",
  "Authorization",
  "Cookie",
  "Cf-Access-Jwt-Assertion",
  "CF-Access-Client-Id",
  "CF-Access-Client-Secret",
  "Cf-Access-Token",
];

describe.each(HTTP_KINDS)("%s", (kind) => {
  const decisive = [...MANAGED[kind], ...CREDENTIALS];

  test("CVE-2026-26308: any header that decides and comes twice is refused, in whatever case", async () => {
    for (const name of decisive) {
      for (const spelt of [name, name.toLowerCase(), name.toUpperCase()]) {
        const twice = name === "Cf-Access-Jwt-Assertion" ? [`${spelt}: a`] : [`${spelt}: a`, `${name}: a`];
        const reply = await rig.ask(kind, { headers: [ada, ...twice] });
        expect([spelt, outcomeOf(reply)]).toEqual([spelt, "403 duplicate_header"]);
      }
    }
  });

  test("CVE-2025-64484: a twin by underscore or dot of a header that decides is refused", async () => {
    for (const name of decisive.filter((header) => header.includes("-"))) {
      for (const twin of [name.replaceAll("-", "_"), name.replace("-", "_"), name.replaceAll("-", ".")]) {
        const reply = await rig.ask(kind, { headers: [ada, `${twin}: evil`] });
        expect([twin, outcomeOf(reply)]).toEqual([twin, "403 header_twin"]);
      }
    }
  });

  test("GHSA-f59h-q822-g45g: what only Postern may say is refused, under any spelling", async () => {
    for (const name of [
      "X-Postern-User",
      "x-postern-verdict",
      "X_Postern_User",
      "X-Postern_Groups",
      "x.postern.subject",
    ]) {
      const reply = await rig.ask(kind, { headers: [ada, `${name}: root@example.com`] });
      expect([name, outcomeOf(reply)]).toEqual([name, "403 forged_header"]);
    }
  });

  test("CVE-2024-45410, CVE-2026-29054, GHSA-w9mr-28mw-j8hg, CVE-2025-48865: Connection names none that decides", async () => {
    for (const name of decisive) {
      for (const connection of [
        `${name}, close`,
        `close,${name.toLowerCase()}`,
        `close , ${name} `,
        `close, ${name.replaceAll("-", "_")}`,
      ]) {
        const reply = await rig.send(kind, AS_SENT_BY[kind]({ headers: [ada, `Connection: ${connection}`] }));
        expect([connection, outcomeOf(reply)]).toEqual([connection, "403 connection_names_header"]);
      }
    }
  });

  test("CVE-2026-35051, CVE-2026-54764: headers of other contracts move nothing", async () => {
    const others = [
      "X-Forwarded-Prefix",
      "X-Forwarded-Port",
      "X-Forwarded-Server",
      "Forwarded",
      "X-Real-Ip",
      "X-Rewrite-Url",
      "X-Http-Method-Override",
      "X-Original-Host",
    ];
    const values = [
      "/public",
      "status.example.com",
      "443",
      "host=status.example.com;for=192.0.2.7",
      "192.0.2.7",
    ];
    for (const name of others) {
      for (const value of values) {
        const forged = { headers: [`${name}: ${value}`] };
        expect(outcomeOf(await rig.ask(kind, forged))).toBe("401 login_required");
        expect(outcomeOf(await rig.ask(kind, { host: "office.example.com", ...forged }))).toBe(
          "403 no_policy_matched",
        );
      }
    }
  });

  test("CVE-2026-34457: no user agent and no path is let through for what it is", async () => {
    for (const agent of ["kube-probe/1.31", "GoogleHC/1.0", "ELB-HealthChecker/2.0", "Postern"]) {
      for (const target of ["/", "/ping", "/ready", "/oauth2/auth"]) {
        const reply = await rig.ask(kind, { target, headers: [`User-Agent: ${agent}`] });
        expect(outcomeOf(reply)).toBe("401 login_required");
      }
    }
  });

  test("CVE-2026-30851: a permit holds every header that is copied, also where there is nobody", async () => {
    const reply = await rig.ask(kind, { host: "status.example.com" });
    const headers = ["user", "subject", "groups", "decision", "verdict"].map((name) =>
      reply.headers.get(`x-postern-${name}`),
    );
    expect(headers).toEqual(["-", "-", "-", "permit", expect.stringMatching(/^eyJ/)]);
  });

  test("no two headers of an answer are one for servers that fold their names (HAProxy's Lua)", async () => {
    for (const host of ["status.example.com", "wiki.example.com", "nowhere.example.net"]) {
      const { text } = await rig.ask(kind, { host });
      const names = (text.split("\r\n\r\n")[0] ?? "")
        .split("\r\n")
        .slice(1)
        .map((line) => line.split(":")[0]?.toLowerCase().replace(/[-.]/g, "_"));
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test("CVE-2026-26998: the body of a denial is small", async () => {
    for (const target of ["/", `/${"a".repeat(8_000)}`, "/%00"]) {
      const { body } = await rig.ask(kind, { target });
      expect(body.length).toBeLessThan(4_096);
    }
  });

  test("GHSA-93m4-mfpg-c3xf: where a login leads is what the configuration says", async () => {
    const forged = [
      "Origin: https://evil.example.net",
      "X-Forwarded-Server: evil.example.net",
      "Referer: https://evil.example.net/",
    ];
    const { headers } = await rig.ask(kind, { target: "/\u00e9".slice(0, 1), headers: forged });
    expect(headers.get("location")).toStartWith(
      "https://login.example.com/?back=https%3A%2F%2Fwiki.example.com%2F",
    );
  });

  test("methods that are unknown, or that mirror, are refused", async () => {
    for (const method of ["TRACE", "CONNECT", "FOO", "get", "G\u00c9T", ""]) {
      const reply = await rig.ask(kind, { method, headers: [ada] });
      expect([method, outcomeOf(reply)]).toEqual([
        method,
        expect.stringMatching(/^403 (?:unknown_method|not_http|malformed_url)$/),
      ]);
    }
  });

  test("what the proxy must say and does not is refused (authentik#6857)", async () => {
    if (kind === "envoy-http") return;
    const lines = AS_SENT_BY[kind]({ headers: [ada] }).split("\r\n");
    for (const name of MANAGED[kind].filter((header) => !/-(?:For|Proto)$/.test(header))) {
      const without = lines.filter((line) => !line.startsWith(`${name}:`)).join("\r\n");
      expect([name, outcomeOf(await rig.send(kind, without))]).toEqual([name, "403 missing_header"]);
    }
  });

  test.each([
    ["no HTTP", "garbage\r\n\r\n"],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["a NUL in a header", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"],
    ["a folded header", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"],
    ["a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
    [
      "a length and chunks",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["a header of 70,000 bytes", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(70_000)}\r\n\r\n`],
    ["10,000 headers", `GET / HTTP/1.1\r\nHost: a\r\n${"X: a\r\n".repeat(10_000)}\r\n`],
    ["an expectation", "GET / HTTP/1.1\r\nHost: a\r\nExpect: miracle\r\nConnection: close\r\n\r\n"],
    ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
    ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"],
  ])("%s is answered with 403, never with another status and never not at all", async (_, bytes) => {
    expect((await rig.send(kind, bytes)).status).toBe(403);
  });
});

test("CVE-2026-40575: who is no peer is refused, whatever headers they send", async () => {
  const config = {
    proxies: HTTP_KINDS.map((kind) => ({ kind, listen: "127.0.0.1:0", peers: ["192.0.2.1"] })),
  };
  await using other = await ProxyRig.start(undefined, { config });
  for (const kind of HTTP_KINDS) {
    const reply = await other.ask(kind, {
      host: "status.example.com",
      headers: ["X-Forwarded-Uri: /"].slice(kind === "nginx" ? 0 : 1),
    });
    expect([kind, outcomeOf(reply)]).toEqual([kind, "403 untrusted_peer"]);
  }
  const { text } = await other.service.admin("/metrics");
  expect(text).toContain('proxy_refusals_total{listener="nginx",reason="untrusted_peer"} 1');
});

test.each([
  ["no peers", {}],
  ["an empty list", { peers: [] }],
  ["everybody", { peers: ["0.0.0.0/0"] }],
  ["everybody by IPv6", { peers: ["::/0"] }],
])("CVE-2026-40575: Postern does not start with %s as peers", async (_, peers) => {
  using workspace = new Workspace();
  const proxies = [{ kind: "nginx", listen: "127.0.0.1:0", ...peers }];
  const file = { public_url: "https://postern.example.com", store: "memory:", policies: ".", proxies };
  await workspace.write({ "postern.yaml": JSON.stringify(file) });
  const { config, faults } = await loadConfig(`${workspace.folder}/postern.yaml`, {});
  expect([config, faults.length > 0]).toEqual([null, true]);
});

test("a request of a peer with a body is answered, and the connection goes on", async () => {
  const one = render("POST", "/a", "status.example.com", ["Content-Length: 5", "Connection: keep-alive"]);
  const two = render("GET", "/b", "status.example.com", []);
  const reply = await rig.send("envoy-http", `${one}hello${two}`);
  expect(reply.text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
});
