import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AS_SENT_BY } from "../proxy/rig.ts";
import { createFaultyStore, type FaultyStore, STORE_DOWN } from "../support/faulty-store.ts";
import { personNamed } from "../support/played-access.ts";
import { sendRaw } from "../support/raw-http.ts";
import { type Reply, readReply, TestService } from "../support/test-service.ts";
import { applicationClaims, NOW_SECONDS, signAccessToken } from "../token/access-team.ts";

const POLICIES = `
applications:
  - id: payroll
    name: Payroll & <Pay>
    aud: aud-of-payroll
    domain: payroll.example.com
    policies:
      - name: Accountants in Portugal
        decision: allow
        include: [{ email_domain: { domain: example.com } }]
        require: [{ geo: { country_code: PT } }, { group: { id: accountants } }]
  - name: closed
    aud: aud-of-closed
    domain: closed.example.com
    custom_deny_message: "Ask <Ada>."
    custom_deny_url: https://help.example.com/?a=1&b=2
    policies:
      - name: Nobody you know
        decision: allow
        include: [{ email: { email: root@example.com } }]
  - name: Office
    domain: office.example.com
    policies:
      - { name: At the office, decision: bypass, include: [{ ip: { ip: 192.0.2.0/24 } }] }
  - name: Robots
    domain: robots.example.com
    custom_deny_url: https://help.example.com/who
    custom_non_identity_deny_url: https://help.example.com/where?a=1&b=2
    policies:
      - { name: At the office, decision: bypass, include: [{ ip: { ip: 192.0.2.0/24 } }] }
  - name: Lab
    domain: lab.example.com
    custom_deny_url: https://help.example.com/who
    policies:
      - { name: At the office, decision: bypass, include: [{ ip: { ip: 192.0.2.0/24 } }] }
groups:
  - { id: accountants, name: Accountants, include: [{ email: { email: ada@example.com } }] }
`;

const LOGIN_URL = "https://login.example.com/?a=1&back={url}";
const ANY_ID = "0f0c6a3e-6f0e-4d5e-9d36-6c1c8f1f2b11";

/** Postern with a proxy in front of the application that nobody but Ada in Portugal may open. */
async function start(disclose?: string, faulty?: FaultyStore): Promise<TestService> {
  const proxies = [{ kind: "caddy", listen: "127.0.0.1:0", peers: ["127.0.0.1/32"] }];
  const denial = disclose === undefined ? {} : { denial: { disclose } };
  const store = faulty === undefined ? {} : { store: faulty.store };
  return TestService.start(POLICIES, { config: { proxies, login_url: LOGIN_URL, ...denial }, ...store });
}

/** Somebody is denied in a browser: the id of the decision. */
async function deny(service: TestService, options: { host?: string; accept?: string; sub?: string } = {}) {
  const { host = "payroll.example.com", accept = "text/html,*/*;q=0.8", sub = "user-mallory" } = options;
  const aud = host === "payroll.example.com" ? "aud-of-payroll" : "aud-of-closed";
  const claims = applicationClaims({ aud: [aud], sub, email: "mallory@example.com" });
  const headers = [`Cf-Access-Jwt-Assertion: ${await signAccessToken(claims)}`, `Accept: ${accept}`];
  const reply = await sendRaw(service.urlOf("caddy"), AS_SENT_BY.caddy({ host, target: "/a?b=c", headers }));
  expect(reply.status).toBe(403);
  return reply.headers.get("x-postern-decision-id") ?? "";
}

function read(service: TestService, path: string, method = "GET"): Promise<Reply> {
  return fetch(`${service.urlOf("public")}${path}`, { method, redirect: "manual" }).then(readReply);
}

describe("the page of a denial", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await start("checks");
  });
  afterAll(() => service.stop());

  test("tells what was checked, what failed, what to do about it, and the decision", async () => {
    const id = await deny(service);
    const { text } = await read(service, `/denied/${id}`);
    expect(text).toContain("You cannot open Payroll &amp; &lt;Pay&gt;");
    expect(text).toContain("You are logged in as mallory@example.com.");
    expect(text).toContain("To be let in by “Accountants in Portugal”");
    expect(text).toContain('<li class="good">e-mail ends in @example.com<span>holds</span></li>');
    expect(text).toContain("<span>does not hold</span>");
    expect(text).toContain("Log in with the account that has access, or ask for access.");
    expect(text).toContain(`<code>${id}</code>`);
  });

  test("is a 403 that nobody caches, frames, indexes or runs a script in", async () => {
    const { status, headers, text } = await read(service, `/denied/${await deny(service)}`);
    expect(status).toBe(403);
    expect(text).not.toContain("<script");
    expect(headers.toJSON()).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action https:\/\/postern\.example\.com https:\/\/payroll\.example\.com; base-uri 'none'; frame-ancestors 'none'$/,
      ),
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-robots-tag": "noindex",
    });
  });

  test.each([
    ["of a decision that never was", ANY_ID],
    ["without a decision", ""],
    ["of what is no id", "%3Cb%3E%22"],
    ["of a key of something else", "..%2Fsession"],
  ])("%s is the same 403, and tells nothing", async (_, id) => {
    const { status, text } = await read(service, `/denied/${id}`);
    expect(status).toBe(403);
    expect(text).toContain("You do not have access.");
    expect(text).not.toMatch(/<b>|<form|logged in/);
  });

  test("is gone after a quarter of an hour", async () => {
    await using gone = new AsyncDisposableStack();
    const other = await start("checks");
    gone.defer(() => other.stop());
    const id = await deny(other);
    other.now += 15 * 60_000;
    expect((await read(other, `/denied/${id}`)).text).not.toContain("Payroll");
  });

  test("is not kept for a program, for nobody, or for a person who asks on and on", async () => {
    const asked = { host: "office.example.com", headers: ["Accept: text/html"] };
    const nobody = await sendRaw(service.urlOf("caddy"), AS_SENT_BY.caddy(asked));
    const unknown = await read(service, `/denied/${nobody.headers.get("x-postern-decision-id")}`);
    expect(unknown.text).not.toContain("Office");
    const program = await deny(service, { accept: "application/json" });
    expect((await read(service, `/denied/${program}`)).text).not.toContain("Payroll");
    const ids: string[] = [];
    for (let times = 0; times < 25; times++) ids.push(await deny(service, { sub: "user-eager" }));
    const pages = await Promise.all(ids.map((id) => read(service, `/denied/${id}`)));
    expect(pages.map(({ text }) => text.includes("Payroll"))).toEqual([
      ...Array(20).fill(true),
      ...Array(5).fill(false),
    ]);
  });

  test("keeps of a long address no more than its host", async () => {
    const scan = createFaultyStore();
    const other = await start("checks", scan);
    const target = `/${"a".repeat(30_000)}`;
    for (const host of ["robots.example.com", "payroll.example.com"]) {
      const token = await signAccessToken(
        applicationClaims({ aud: ["aud-of-payroll"], email: "mallory@example.com" }),
      );
      const headers = [`Cf-Access-Jwt-Assertion: ${token}`, "Accept: text/html"].slice(
        host === "robots.example.com" ? 1 : 0,
      );
      await sendRaw(other.urlOf("caddy"), AS_SENT_BY.caddy({ host, target, headers }));
    }
    const urls: string[] = [];
    for await (const { value } of scan.store.scan(["denial"])) urls.push(JSON.parse(value).url);
    expect(urls.toSorted()).toEqual(["https://payroll.example.com/", "https://robots.example.com/"]);
    await other.stop();
  });

  test("leads to the operator's own page, with a message that is text", async () => {
    const { text } = await read(service, `/denied/${await deny(service, { host: "closed.example.com" })}`);
    expect(text).toContain('content="0; url=https://help.example.com/?a=1&amp;b=2"');
    expect(text).toContain("Ask &lt;Ada&gt;.");
  });

  test.each(["POST", "PUT", "DELETE"])("answers no %s", async (method) => {
    expect((await read(service, `/denied/${ANY_ID}`, method)).status).toBe(405);
  });
});

describe("what the page discloses is the operator's choice:", () => {
  test.each([
    ["nothing", false, false],
    ["reason", true, false],
    [undefined, true, false],
    ["checks", true, true],
  ])("%p", async (disclose, reason, checks) => {
    const service = await start(disclose);
    const { text } = await read(service, `/denied/${await deny(service)}`);
    await service.stop();
    expect(text.includes("You do not meet all that this application asks for.")).toBe(reason);
    expect(text.includes("You cannot open Payroll")).toBe(reason);
    expect(text.includes("Accountants in Portugal")).toBe(checks);
  });
});

describe("a re-check", () => {
  let service: TestService;
  const faulty = createFaultyStore();
  beforeAll(async () => {
    service = await start("checks", faulty);
    const login = personNamed("mallory", { geo: { country: "ES" } });
    const asked = await service.ask("payroll", { claims: { identity: { ...login, iat: NOW_SECONDS } } });
    expect(asked.status).toBe(200);
  });
  afterAll(() => service.stop());

  test("asks anew and leads back to where the person wanted to go; the next one has to wait", async () => {
    const id = await deny(service);
    const page = await read(service, `/denied/${id}`);
    expect(page.text).toContain(`action="https://postern.example.com/denied/${id}/recheck"`);
    const first = await read(service, `/denied/${id}/recheck`, "POST");
    expect([first.status, first.headers.get("location")]).toEqual([303, "https://payroll.example.com/a?b=c"]);
    const second = await read(service, `/denied/${id}/recheck`, "POST");
    expect(second.status).toBe(403);
    expect(second.text).toContain("This was checked a moment ago. Check again in 30 seconds.");
  });

  test("of a decision that nobody knows asks nothing", async () => {
    const { status, text } = await read(service, `/denied/${ANY_ID}/recheck`, "POST");
    expect(status).toBe(403);
    expect(text).toContain("This page is too old.");
  });

  test("is not answered to a GET, so that no link does it", async () => {
    expect((await read(service, `/denied/${ANY_ID}/recheck`)).status).toBe(405);
  });

  test("while the store is down says so, and is a 403 yet", async () => {
    const id = await deny(service);
    faulty.before = STORE_DOWN;
    for (const path of [`/denied/${id}`, `/denied/${ANY_ID}`]) {
      expect((await read(service, path)).status).toBe(403);
    }
    expect((await read(service, `/denied/${id}/recheck`, "POST")).status).toBe(403);
    faulty.before = () => {};
  });
});

describe("the body of a denial, which Traefik and Envoy hand on,", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await start("checks");
  });
  afterAll(() => service.stop());

  const leadTo = (url: string) => `<meta http-equiv="refresh" content="0; url=${url}">`;

  test("leads a person who is denied to the page", async () => {
    const claims = applicationClaims({ aud: ["aud-of-closed"], email: "mallory@example.com" });
    const headers = [`Cf-Access-Jwt-Assertion: ${await signAccessToken(claims)}`];
    const asked = AS_SENT_BY.caddy({ host: "closed.example.com", headers });
    const { status, body, headers: answered } = await sendRaw(service.urlOf("caddy"), asked);
    expect([status, answered.get("content-type")]).toEqual([403, "text/html; charset=utf-8"]);
    const id = answered.get("x-postern-decision-id");
    expect(body).toContain(leadTo(`https://postern.example.com/denied/${id}`));
  });

  test("leads nobody to the login, however the address is written", async () => {
    const asked = AS_SENT_BY.caddy({ host: "closed.example.com", target: `/?a="><b>&b='` });
    const { status, body } = await sendRaw(service.urlOf("caddy"), asked);
    expect(status).toBe(401);
    const back = encodeURIComponent(`https://closed.example.com/?a="><b>&b='`).replace("'", "&#39;");
    expect(body).toContain(leadTo(`https://login.example.com/?a=1&amp;back=${back}`));
  });

  test.each([
    ["robots.example.com", "https://help.example.com/where?a=1&amp;b=2"],
    ["lab.example.com", "https://help.example.com/who"],
  ])("leads whom nobody knows from %s to the operator's own page", async (host, url) => {
    const { status, body } = await sendRaw(service.urlOf("caddy"), AS_SENT_BY.caddy({ host }));
    expect(status).toBe(403);
    expect(body).toContain(leadTo(url));
  });

  test("and the page itself leads them there too, and tells them nothing else", async () => {
    const headers = ["Accept: text/html"];
    const asked = AS_SENT_BY.caddy({ host: "robots.example.com", headers });
    const id = (await sendRaw(service.urlOf("caddy"), asked)).headers.get("x-postern-decision-id");
    const { status, text } = await read(service, `/denied/${id}`);
    expect(status).toBe(403);
    expect(text).toContain(leadTo("https://help.example.com/where?a=1&amp;b=2"));
    expect(text).not.toMatch(/Robots|At the office/);
  });

  test("leads whom nobody knows to the page where there is no other one", async () => {
    const asked = AS_SENT_BY.caddy({ host: "office.example.com" });
    const { body, headers } = await sendRaw(service.urlOf("caddy"), asked);
    const id = headers.get("x-postern-decision-id");
    expect(body).toContain(leadTo(`https://postern.example.com/denied/${id}`));
  });

  test("leads nowhere from a host that is no application's", async () => {
    const { status, body } = await sendRaw(
      service.urlOf("caddy"),
      AS_SENT_BY.caddy({ host: "no.example.com" }),
    );
    expect(status).toBe(403);
    expect(body).not.toContain("http-equiv");
  });
});
