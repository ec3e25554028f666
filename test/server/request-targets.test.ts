import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { signQuestion } from "../support/played-access.ts";
import { JSON_TYPE, type RawRequest, renderRequest, sendRaw } from "../support/raw-http.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";

let service: TestService;
let body: string;
beforeAll(async () => {
  service = await TestService.start(TEAM_POLICIES);
  body = JSON.stringify({ token: await signQuestion() });
});
afterAll(() => service.stop());

function send(request: RawRequest) {
  return sendRaw(service.urlOf("public"), renderRequest({ headers: [JSON_TYPE], body, ...request }));
}

describe("a method that a route does not answer is told which it does", () => {
  const others = ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "M-SEARCH"];

  test.each(["GET", "HEAD", ...others])("%s /evaluate", async (method) => {
    for (const target of ["/evaluate", "/evaluate/wiki"]) {
      const reply = await send({ method, target });
      expect([reply.status, reply.headers.get("allow")]).toEqual([405, "POST"]);
      expect(reply.body).not.toContain("token");
    }
  });

  test.each(["POST", ...others])("%s /keys", async (method) => {
    const reply = await send({ method, target: "/keys" });
    expect([reply.status, reply.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  test.each(["post", "BREW", ""])("and %p is no method at all", async (method) => {
    expect([null, 400]).toContain((await send({ method, target: "/evaluate/wiki" })).status);
  });
});

describe("the path of a request", () => {
  const answered: readonly (readonly [string, RawRequest])[] = [
    ["as Access writes it", {}],
    ["with a query", { target: "/evaluate/wiki?x=/keys" }],
    ["in absolute form, whatever host it names", { target: "http://evil.example/evaluate/wiki" }],
    ["with a slash at its end", { target: "/evaluate/wiki/" }],
    ["after dot segments", { target: "/keys/../evaluate/./wiki" }],
  ];
  test.each(answered)("leads to the application: %s", async (_, request) => {
    expect((await send({ target: "/evaluate/wiki", ...request })).status).toBe(200);
  });

  test.each([
    "//evaluate/wiki",
    "/evaluate//wiki",
    "/evaluate/wiki//",
    "/evaluate/wiki/x",
    "/Evaluate/wiki",
    "/evaluate/%2e%2e",
    "/evaluate/%2e%2e/wiki",
    "/evaluate/%00",
    "/evaluate/wiki%2f",
    "/%65valuate/wiki",
    "/evaluate%2fwiki",
    "/x/evaluate/wiki",
    "/",
    "/favicon.ico",
    "/.env",
  ])("leads nowhere: %s", async (target) => {
    expect((await send({ target })).status).toBe(404);
  });

  test.each(["*", "evaluate/wiki", "/evaluate/wi ki", "\0"])(
    "that is none is refused or leads nowhere: %p",
    async (target) => {
      expect([null, 400, 404, 505]).toContain((await send({ target })).status);
    },
  );

  // Elysia looks for the path from the twelfth character of the address on, unless told otherwise.
  test.each(["a", "a.b", "abc", "127.0.0.1", "x".repeat(250)])(
    "does not move with the host %s",
    async (host) => {
      expect((await send({ target: "/evaluate/wiki", host })).status).toBe(200);
      expect((await send({ method: "GET", target: "/any/keys", host })).status).toBe(404);
      expect((await send({ method: "GET", target: "/an/evaluate/wiki", host })).status).toBe(404);
    },
  );

  test("is refused without a host", async () => {
    expect((await send({ target: "/evaluate/wiki", host: null })).status).toBe(400);
  });

  // Under a malformed host Bun gives no whole address, and the path would be looked for in the wrong place.
  test.each(["evil/x?y", "a b", "good.example@evil.example", "a#b", "", "a\\b"])(
    "is not looked for under the malformed host %p",
    async (host) => {
      for (const target of ["/evaluate/wiki", "/nowhere/keys"]) {
        expect((await send({ target, host })).status).toBe(400);
      }
    },
  );

  test("is one, whatever a second host says", async () => {
    const headers = [JSON_TYPE, "Host: evil.example/keys"];
    expect([200, 400]).toContain((await send({ target: "/evaluate/wiki", headers })).status ?? 0);
  });
});

test("an old client that names no host is refused", async () => {
  const bytes = `POST /evaluate/wiki HTTP/1.0\r\n${JSON_TYPE}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  expect((await sendRaw(service.urlOf("public"), bytes)).status).toBe(400);
});
