import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { personNamed } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";
import { NOW_SECONDS } from "../token/access-team.ts";

let service: TestService;
beforeAll(async () => {
  service = await TestService.start(TEAM_POLICIES);
});
afterAll(() => service.stop());

describe("a verified question is answered with a signature", () => {
  test("over exactly success, iat, exp and nonce, by a key of /keys", async () => {
    const nonce = "9J2E9Xg6wYj8tlnA5MV4Zgp6t8rzmS0Q";
    const reply = await service.ask("wiki", { claims: { nonce, identity: personNamed("ada") } });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toStartWith("application/json");
    expect(reply.headers.get("cache-control")).toBe("no-store");
    expect(Object.keys(JSON.parse(reply.text))).toEqual(["token"]);
    const { payload, protectedHeader } = await service.verify(reply);
    expect(payload).toEqual({ success: true, iat: NOW_SECONDS, exp: NOW_SECONDS + 60, nonce });
    expect(protectedHeader).toEqual({ alg: "RS256", kid: expect.stringMatching(/^[\w-]{43}$/) });
  });

  test.each([
    ["permitted: a person of the company", "wiki", personNamed("ada"), true],
    ["denied: the one who is excluded", "wiki", personNamed("mallory"), false],
    ["denied: a stranger", "wiki", personNamed("ada", { email: "ada@example.org" }), false],
    ["permitted: all that is required is known", "payroll", personNamed("ada"), true],
    ["undecided: nothing says from where they come", "payroll", personNamed("ada", { geo: {} }), false],
    ["undecided: nobody knows who it is", "wiki", {}, false],
    [
      "permitted: a service token that Access verified",
      "metrics",
      { service_token_status: true, service_token_id: "ci.access" },
      true,
    ],
    [
      "denied: a service token where a person is asked for",
      "wiki",
      { service_token_status: true, service_token_id: "ci.access" },
      false,
    ],
  ])("%s", async (_, application, identity, success) => {
    const reply = await service.ask(application, { claims: { identity } });
    expect(reply.status).toBe(200);
    expect(await service.success(reply)).toBe(success);
  });

  test("whatever the identity holds beside what is asked: unknown fields, other scripts, hundreds of groups", async () => {
    const groups = Array.from({ length: 150 }, (_, index) => `Grüppe ${index} 🎉`);
    const identity = personNamed("ada", { groups, custom: { deep: [[["…"]]] }, version: 2 });
    expect(await service.success(await service.ask("wiki", { claims: { identity } }))).toBe(true);
  });
});

describe("only the identity of the token counts", () => {
  test("not an e-mail at its top level, nor the address of whoever posts it", async () => {
    const claims = { email: "ada@example.com", country: "PT", identity: personNamed("ada", { email: "" }) };
    expect(await service.success(await service.ask("wiki", { claims }))).toBe(false);
    const nowhere = { identity: personNamed("ada", { geo: {}, ip: "" }), geo: { country: "PT" } };
    expect(await service.success(await service.ask("payroll", { claims: nowhere }))).toBe(false);
  });
});

describe("/keys", () => {
  const get = (path: string, init: RequestInit = {}) => fetch(`${service.urlOf("public")}${path}`, init);

  test("publishes the key that signs and the next one, and nothing private", async () => {
    const response = await get("/keys");
    expect(response.headers.get("cache-control")).toBe("public, max-age=300, must-revalidate");
    const { keys } = JSON.parse(await response.text());
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
      expect(key).toMatchObject({ kty: "RSA", alg: "RS256", use: "sig", e: "AQAB" });
    }
  });

  test("is the same with a slash at its end, as Cloudflare's documentation writes it", async () => {
    expect(await (await get("/keys/")).text()).toBe(await (await get("/keys")).text());
  });

  test("is not sent again to who has it", async () => {
    const etag = (await get("/keys")).headers.get("etag") ?? "";
    const again = await get("/keys", { headers: { "If-None-Match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect((await get("/keys", { headers: { "If-None-Match": '"older"' } })).status).toBe(200);
  });

  test("tells HEAD the length of what GET would send", async () => {
    const whole = await (await get("/keys")).text();
    const head = await get("/keys", { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(whole.length)]);
  });
});
