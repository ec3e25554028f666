import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AUDIENCE_OF_WIKI, accessHeaderFor, HTTP_KINDS, outcomeOf, ProxyRig } from "./rig.ts";

/** A site that is open at `/public`, for staff elsewhere, and for one person under `/admin`. */
const POLICIES = `
applications:
  - name: site
    aud: ${AUDIENCE_OF_WIKI}
    domain: wiki.example.com
    policies:
      - { name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }
  - name: open
    domain: wiki.example.com/public
    policies:
      - { name: Anybody, decision: bypass, include: [{ everyone: {} }] }
  - name: deep
    domain: wiki.example.com/foo/*/bar
    policies:
      - { name: Anybody, decision: bypass, include: [{ everyone: {} }] }
  - name: admin
    domain: wiki.example.com/admin
    policies:
      - { name: Nobody, decision: deny, include: [{ everyone: {} }] }
  - name: branch
    domain: "*.b.example.com"
    policies:
      - { name: Nobody, decision: deny, include: [{ everyone: {} }] }
  - name: tenants
    domain: "*.example.com"
    policies:
      - { name: Anybody, decision: bypass, include: [{ everyone: {} }] }
`;

let rig: ProxyRig;
let ada: string;
beforeAll(async () => {
  rig = await ProxyRig.start(POLICIES);
  ada = await accessHeaderFor();
});
afterAll(() => rig[Symbol.asyncDispose]());

describe.each(HTTP_KINDS)("%s", (kind) => {
  const outcome = async (target: string, host = "wiki.example.com", headers: readonly string[] = [ada]) =>
    outcomeOf(await rig.ask(kind, { target, host, headers }));

  test("is told what these paths are for when they are written plainly", async () => {
    expect(await outcome("/", "wiki.example.com")).toBe("200");
    expect(await outcome("/public/a", "wiki.example.com", [])).toBe("200");
    expect(await outcome("/foo/x/bar", "wiki.example.com", [])).toBe("200");
    expect(await outcome("/admin/users")).toBe("403 policy_blocked");
  });

  test.each(["/admin?x=/public", "/admin?/public", "/admin/x?public=/public", "/admin?"])(
    "CVE-2025-54576: the query of %s opens nothing",
    async (target) => expect(await outcome(target)).toBe("403 policy_blocked"),
  );

  test.each(["/foo/secret#/bar", "/admin#/public", "/public#/admin", "/?#"])(
    "CVE-2026-41059: a raw fragment in %s is refused",
    async (target) => expect(await outcome(target, "wiki.example.com", [])).toBe("403 malformed_url"),
  );

  test("CVE-2026-41059: an encoded fragment is not the end of the path for everybody", async () => {
    expect(await outcome("/foo/secret%23/bar", "wiki.example.com", [])).toBe("403 ambiguous_target");
  });

  test.each([
    "/public/../admin",
    "/public/%2e%2e/admin",
    "/public/.%2E/admin",
    "/public\\..\\admin",
    "/public/..%2fadmin",
    "/public/..%2Fadmin",
    "/public/..%5cadmin",
    "/public/..;/admin",
    "/public/%252e%252e/admin",
  ])("CVE-2026-42274, CVE-2026-33494: %s has two readings and gets neither", async (target) => {
    expect(await outcome(target, "wiki.example.com", [])).toBe("403 ambiguous_target");
  });

  test.each([
    "//admin",
    "//admin/x",
    "/./admin",
    "/x/../admin",
    "/admin/",
    "/%61dmin",
    "/admin%2fusers",
    "/admin%2Fusers",
  ])("CVE-2026-26205, CVE-2025-66490: %s is denied as /admin is, or refused", async (target) =>
    expect(await outcome(target)).toMatch(/^403 (?:policy_blocked|ambiguous_target)$/),
  );

  test.each(["/admin%3F/public", "/admin%3f/public"])(
    "CVE-2026-42272: an encoded question mark in %s hides nothing",
    async (target) => expect(await outcome(target, "wiki.example.com", [])).toMatch(/^403 /),
  );

  test.each(["/administrator", "/adminx", "/Admin"])(
    "GHSA-gx7w-56w6-g48x: %s is not below /admin",
    async (target) => expect(await outcome(target)).toBe("200"),
  );

  test.each([
    "a.b.example.com",
    "a.B.example.com",
    "A.b.EXAMPLE.com",
    "a.b.example.com.",
    "a.b.example.com:8443",
  ])("CVE-2026-48794, CVE-2026-42273: %s is the branch whose case it has", async (host) =>
    expect(await outcome("/", host, [])).toBe("403 policy_blocked"),
  );

  test.each([
    "evilexample.com",
    "example.com.evil.net",
    "a.example.com@evil.net",
    "example.com",
    "a.example.com.evil.net",
  ])("CVE-2021-21291: %s is no tenant", async (host) =>
    expect(await outcome("/", host, [])).toMatch(/^403 /),
  );

  test.each([
    "a%00.example.com",
    "a.example.com%2f",
    "a.example.com\\x",
    "a b.example.com",
    "a..example.com",
    "-",
    "[::1",
    "a.example.com:99999",
    "a,b.example.com",
  ])("CVE-2021-32637: the host %p is refused", async (host) =>
    expect(await outcome("/", host, [])).toMatch(/^403 /),
  );

  test.each(["/a%00b", "/%00", "/a%0ab", "/%zz", "/%", "/a%c0%ae"])(
    "CVE-2019-9900: %s is refused",
    async (target) => expect(await outcome(target)).toBe("403 malformed_url"),
  );

  test.each([
    "/.well-known/acme-challenge/token",
    "/.well-known/jwks.json",
    "/healthz",
    "/metrics",
    "/keys",
    "/cdn-cgi/access/certs",
  ])("no path is exempt: %s asks for a login as any other (the ACME path of 2026-01)", async (target) =>
    expect(await outcome(target, "wiki.example.com", [])).toBe("401 login_required"),
  );
});

test.each([
  "/authz/../healthz",
  "/authz/%2e%2e/keys",
  "/authz\\..\\metrics",
  "/../.well-known/jwks.json",
  "//metrics",
])("nothing but the contract lives on the listener of Envoy, wherever %s leads", async (target) => {
  expect(outcomeOf(await rig.ask("envoy-http", { target, headers: [] }))).toMatch(/^40[13] /);
});

test.each([
  "http://wiki.example.com/public",
  "http://evil.example.net/",
  "wiki.example.com:443",
  "*",
  "public",
  "?",
  "",
])("an absolute or an odd target is refused on the listener of Envoy: %p", async (target) => {
  const reply = await rig.ask("envoy-http", { target, headers: [ada] });
  expect(outcomeOf(reply)).toMatch(/^403 (?:malformed_url|not_http|unknown_method)$/);
});
