import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { requireTool } from "../support/require-tool.ts";
import { signAccessToken } from "../token/access-team.ts";
import { type Answer, Browser, type Load } from "./browser.ts";
import { readDocumented } from "./documented.ts";
import { type Reached, valuesOf } from "./echo-application.ts";
import { freePort } from "./free-port.ts";
import { type OidcIssuer, openOidcIssuer } from "./oidc-issuer.ts";
import { playOauth2Proxy } from "./played-oauth2-proxy.ts";
import { RealProxyRig } from "./rig.ts";

/** As the files say: the second one beside the first, which asks the listener in it. */
async function addLogin(
  text: string,
  { check, folder, port, login }: { check: string; folder: string; port: number; login: number },
): Promise<string> {
  const inner = `127.0.0.1:${await freePort()}`;
  const second = await readDocumented("nginx-oauth2-proxy.conf", {
    "listen 443": `listen 127.0.0.1:${port}`,
    "127.0.0.1:4180": `127.0.0.1:${login}`,
    "listen 127.0.0.1:8083": `listen ${inner}`,
    "127.0.0.1:8081": check,
    "/etc/postern/tls": folder,
  });
  return `${text.replace(`server ${check};`, `server ${inner};`)}\n${second}`;
}

const CLIENT = {
  id: "postern",
  secret: "a-secret-of-the-login",
  redirectUrl: "https://login.example.com/oauth2/callback",
};
const GROUPS = { "grace@example.com": ["staff", "wiki-admins"] };

describe.if(requireTool("nginx") && requireTool("openssl"))(
  "nginx with the login of an OpenID provider",
  () => {
    let rig: RealProxyRig;
    let provider: OidcIssuer;
    let login: ReturnType<typeof playOauth2Proxy>;
    let browser: Browser;
    /** What the last page of the application was asked with. */
    let reached: Reached | null = null;

    beforeAll(async () => {
      provider = await openOidcIssuer({ client: CLIENT, groups: GROUPS });
      const settings = await readDocumented("oauth2-proxy.cfg", {
        "https://id.example.com": provider.issuer,
      });
      login = playOauth2Proxy(settings, CLIENT.secret);
      const issuer = {
        issuer: provider.issuer,
        jwks_url: provider.jwksUrl,
        audience: [CLIENT.id],
        identity_provider: "company-login",
      };
      rig = await RealProxyRig.start("nginx", {
        config: { issuers: [issuer], login_url: "https://login.example.com/oauth2/start?rd={url}" },
        edit: (text, { check, folder }, port) =>
          addLogin(text, { check, folder, port, login: login.port ?? 0 }),
      });
    });
    afterAll(async () => {
      await rig[Symbol.asyncDispose]();
      await login.stop(true);
      await provider[Symbol.asyncDispose]();
    });
    beforeEach(() => {
      browser = new Browser(loadPage);
      // The provider's tokens are of today.
      rig.service.now = Date.now();
    });

    /** The provider is asked itself; everything else is behind nginx. */
    function loadPage(url: string, load: Load): Promise<Answer> {
      return url.startsWith(`${provider.issuer}/`)
        ? loadFromProvider(url, load)
        : loadThroughNginx(url, load);
    }

    async function loadFromProvider(url: string, { method, cookie, form }: Load): Promise<Answer> {
      const headers = { Cookie: cookie, "Content-Type": "application/x-www-form-urlencoded" };
      const response = await fetch(url, { method, headers, body: form, redirect: "manual" });
      const { status } = response;
      const location = response.headers.get("location");
      return { url, status, location, cookies: response.headers.getSetCookie(), body: await response.text() };
    }

    async function loadThroughNginx(url: string, { method, cookie }: Load): Promise<Answer> {
      const { hostname, pathname, search } = new URL(url);
      const headers = ["Accept: text/html", ...(cookie === "" ? [] : [`Cookie: ${cookie}`])];
      const outcome = await rig.send({ method, host: hostname, target: `${pathname}${search}`, headers });
      const { status, body, ...reply } = outcome.reply;
      reached = outcome.reached;
      const location = reply.headers.get("location") ?? null;
      const set = reply.headers.get("set-cookie");
      return { url, status: status ?? 0, location, cookies: set === undefined ? [] : [set], body };
    }

    /** Opens an address, logs in at the provider where it leads there, and ends where that leads back. */
    async function logIn(email: string, url: string): Promise<Answer> {
      const form = await browser.open(url);
      const consent = await browser.submit(form, { login: email, password: "anything" });
      return browser.submit(consent, {});
    }

    test("leads nobody to the provider", async () => {
      const { url, body } = await browser.open("https://wiki.example.com/a?b=c");
      expect(url).toStartWith(`${provider.issuer}/interaction/`);
      expect(body).toContain("Sign-in");
      expect(browser.visited.slice(0, 3)).toEqual([
        "https://wiki.example.com/a",
        "https://login.example.com/oauth2/start",
        `${provider.issuer}/auth`,
      ]);
    });

    test("permits, after the login, whom a policy allows, where they came from", async () => {
      const { url, status, body } = await logIn("ada@example.com", "https://wiki.example.com/a?b=c");
      expect([url, status, body]).toEqual(["https://wiki.example.com/a?b=c", 200, "the application"]);
      if (reached === null) throw new Error("nothing has reached the application");
      expect(valuesOf(reached, "x-postern-user")).toEqual(["ada@example.com"]);
      const [verdict = ""] = valuesOf(reached, "x-postern-verdict");
      const sub = `${provider.issuer}#ada@example.com`;
      expect(await rig.verify(verdict)).toMatchObject({ decision: "permit", aud: "wiki", sub });
    });

    test("knows the person afterwards, without another login", async () => {
      await logIn("ada@example.com", "https://wiki.example.com/a");
      browser.visited.length = 0;
      expect((await browser.open("https://wiki.example.com/b")).status).toBe(200);
      expect(browser.visited).toEqual(["https://wiki.example.com/b"]);
    });

    test("hands on the groups that the provider knows", async () => {
      await logIn("grace@example.com", "https://wiki.example.com/a");
      expect(reached === null ? [] : valuesOf(reached, "x-postern-groups")).toEqual([
        '["staff","wiki-admins"]',
      ]);
    });

    test("permits a group that the provider knows, and nobody who is not in it", async () => {
      const permitted = await logIn("grace@example.com", "https://admins.example.com/");
      expect([permitted.status, permitted.body]).toEqual([200, "the application"]);
      browser = new Browser(loadPage);
      await logIn("ada@example.com", "https://wiki.example.com/");
      await browser.open("https://admins.example.com/");
      expect(reached).toBeNull();
    });

    test("denies, after the login, whom no policy allows", async () => {
      const { status, body } = await logIn("mallory@example.com", "https://wiki.example.com/a");
      expect([status, reached]).toEqual([403, null]);
      expect(body).toContain("mallory@example.com");
    });

    test("leads nowhere else after the login", async () => {
      const start = "https://login.example.com/oauth2/start?rd=https://evil.example.net/";
      expect((await browser.open(start)).status).toBe(403);
    });

    test("believes no bearer token that the client itself writes beside its session", async () => {
      await logIn("mallory@example.com", "https://wiki.example.com/a");
      const { reply, reached } = await rig.send({
        headers: [`Cookie: ${browser.cookieFor("wiki.example.com")}`, "Authorization: Bearer a.b.c"],
      });
      expect([reply.status, reached]).toEqual([403, null]);
    });

    test("permits nobody by a token of another key in the provider's name", async () => {
      const iat = Math.floor(rig.service.now / 1_000);
      const claims = { iss: provider.issuer, aud: CLIENT.id, sub: "s", email: "ada@example.com" };
      const forged = await signAccessToken({ ...claims, email_verified: true, iat, exp: iat + 300 });
      const asked = await fetch(rig.service.urlOf("nginx"), {
        headers: {
          "X-Original-URL": "https://wiki.example.com/",
          "X-Original-Method": "GET",
          "X-Forwarded-For": "127.0.0.1",
          "X-SSL-Client-Verify": "NONE",
          "X-SSL-Client-Cert": "",
          Authorization: `Bearer ${forged}`,
        },
        redirect: "manual",
      });
      expect([asked.status, asked.headers.get("x-postern-reason")]).toEqual([401, "credential_refused"]);
    });

    test("lets everybody in where a policy says so, without a login", async () => {
      expect((await browser.open("https://status.example.com/")).status).toBe(200);
    });
  },
);
