import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { accessHeaderFor, HTTP_KINDS, ProxyRig, render } from "./rig.ts";

/** One application that is open, on a path and a host of its own: whatever is not that is not 200. */
const POLICIES = `
applications:
  - name: open
    domain: open.example.com/really/open
    policies: [{ name: Anybody, decision: bypass, include: [{ everyone: {} }] }]
  - name: wiki
    aud: 97e2aae1207e7c4a
    domain: wiki.example.com
    policies: [{ name: Root, decision: allow, include: [{ email: { email: root@example.com } }] }]
`;

let rig: ProxyRig;
let ada: string;
beforeAll(async () => {
  rig = await ProxyRig.start(POLICIES);
  ada = await accessHeaderFor();
});
afterAll(() => rig[Symbol.asyncDispose]());

const method = fc.constantFrom(
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "PROPFIND",
  "TRACE",
  "QUERY",
  "FOO",
  "get",
);
const target = fc.oneof(
  fc.constantFrom(
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/keys",
    "/.well-known/jwks.json",
    "/evaluate/wiki",
    "/posture/x",
    "/v1/keys",
    "*",
    "http://open.example.com/really/open",
  ),
  fc.webPath({ size: "small" }).map((path) => `/${path}`),
  fc.string({ unit: fc.constantFrom(..."/.%2eE5cC0\\#?;:@a"), maxLength: 24 }).map((text) => `/${text}`),
);
const host = fc.constantFrom(
  "wiki.example.com",
  "open.example.com",
  "localhost",
  "127.0.0.1",
  "wiki",
  "a",
  "",
  "wiki.example.com@open.example.com",
);
const header = fc.constantFrom(
  "User-Agent: kube-probe/1.31",
  "X-Forwarded-Uri: /really/open",
  "X-Forwarded-Host: open.example.com",
  "X-Forwarded-Method: OPTIONS",
  "X-Original-URL: https://open.example.com/closed",
  "X-Original-Method: GET",
  "Content-Length: 0",
  "Transfer-Encoding: chunked",
  "Expect: 100-continue",
  "Upgrade: h2c",
  "Origin: https://a.example.com",
);

describe.each(HTTP_KINDS)("on the listener of %s", (kind) => {
  test("only a computed permit is 200, and no other status exists than 401 and 403", async () => {
    await fc.assert(
      fc.asyncProperty(
        method,
        target,
        host,
        fc.array(header, { maxLength: 3 }),
        fc.boolean(),
        async (verb, path, name, headers, loggedIn) => {
          const reply = await rig.send(
            kind,
            `${render(verb, path, name, [...headers, ...(loggedIn ? [ada] : [])])}0\r\n\r\n`,
          );
          if (reply.status === 200) {
            expect((await rig.verdictOf(reply)).aud).toBe("open");
            expect(reply.headers.get("x-postern-decision")).toBe("permit");
          } else expect([401, 403]).toContain(reply.status ?? 0);
        },
      ),
      { numRuns: 200 },
    );
  }, 180_000);
});
