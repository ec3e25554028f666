import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { playAccess } from "../support/played-access.ts";
import { requireTool } from "../support/require-tool.ts";
import { signAccessToken } from "../token/access-team.ts";
import { readDocumented } from "./documented.ts";
import { freePort } from "./real-proxies.ts";
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

/** Stands for oauth2-proxy: whoever has its cookie has a session, and so an ID token. */
function playLogin(idToken: () => Promise<string>) {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname !== "/oauth2/auth") return new Response("the login");
      const isIn = request.headers.get("cookie")?.includes("_oauth2_proxy=a-session") === true;
      if (!isIn) return new Response("Unauthorized", { status: 401 });
      return new Response(null, { status: 202, headers: { Authorization: `Bearer ${await idToken()}` } });
    },
  });
}

describe.if(requireTool("nginx") && requireTool("openssl"))("nginx with the login of oauth2-proxy", () => {
  let rig: RealProxyRig;
  let email = "ada@example.com";
  const login = playLogin(() => {
    const iat = rig.service.now / 1_000;
    const claims = { iss: "https://id.example.com", aud: "postern", sub: "s-1", email, email_verified: true };
    return signAccessToken({ ...claims, iat, exp: iat + 300 });
  });
  const access = playAccess();
  const SESSION = "Cookie: _oauth2_proxy=a-session";

  beforeAll(async () => {
    const jwks_url = access.certsUrl;
    const issuer = { issuer: "https://id.example.com", jwks_url, audience: ["postern"] };
    rig = await RealProxyRig.start("nginx", {
      config: { issuers: [issuer] },
      edit: (text, { check, folder }, port) =>
        addLogin(text, { check, folder, port, login: login.port ?? 0 }),
    });
  });
  afterAll(async () => {
    await rig[Symbol.asyncDispose]();
    await login.stop(true);
    await access.stop();
  });

  test("leads nobody to the login", async () => {
    const { reply, reached } = await rig.send({ target: "/a" });
    expect([reply.status, reached]).toEqual([302, null]);
    expect(reply.headers.get("location")).toStartWith("https://login.example.com/");
    expect((await rig.send({ host: "login.example.com", target: "/oauth2/start" })).reply.body).toBe(
      "the login",
    );
  });

  test("permits whom the login knows and a policy allows", async () => {
    email = "ada@example.com";
    const { reply, reached } = await rig.send({ headers: [SESSION] });
    expect(reply.status).toBe(200);
    expect(reached?.headers).toContain("ada@example.com");
  });

  test("denies whom the login knows and no policy allows", async () => {
    email = "mallory@example.com";
    const { reply, reached } = await rig.send({ headers: [SESSION] });
    expect([reply.status, reached]).toEqual([403, null]);
  });

  test("believes no bearer token that the client itself writes beside its session", async () => {
    email = "mallory@example.com";
    const { reply, reached } = await rig.send({ headers: [SESSION, "Authorization: Bearer a.b.c"] });
    expect([reply.status, reached]).toEqual([403, null]);
  });

  test("lets everybody in where a policy says so, without a login", async () => {
    expect((await rig.send({ host: "status.example.com" })).reply.status).toBe(200);
  });
});
