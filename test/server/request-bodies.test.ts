import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { signQuestion } from "../support/played-access.ts";
import {
  JSON_TYPE,
  type RawReply,
  type RawRequest,
  renderChunked,
  renderRequest,
  sendRaw,
} from "../support/raw-http.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";

const MAX_BODY_BYTES = 65_536;

let service: TestService;
let token: string;
beforeAll(async () => {
  service = await TestService.start(TEAM_POLICIES);
  token = await signQuestion();
});
afterAll(() => service.stop());

function post(body: string, request: RawRequest = {}): Promise<RawReply> {
  const bytes = renderRequest({ target: "/evaluate/wiki", headers: [JSON_TYPE], body, ...request });
  return sendRaw(service.urlOf("public"), bytes);
}

const errorOf = (reply: RawReply): string => JSON.parse(reply.body).error;
const bodyOf = (bytes: number) => `{"token":"${"a".repeat(bytes - 12)}"}`;

describe("a body of more than 64 KiB is refused", () => {
  test("by its length: one byte more is too much", async () => {
    expect((await post(bodyOf(MAX_BODY_BYTES))).status).toBe(403);
    const reply = await post(bodyOf(MAX_BODY_BYTES + 1));
    expect([reply.status, errorOf(reply)]).toEqual([413, "the body is larger than 65536 bytes"]);
  });

  test("when it comes in chunks, without a length", async () => {
    const chunked = (bytes: number) =>
      post(renderChunked(bodyOf(bytes)), {
        headers: [JSON_TYPE, "Transfer-Encoding: chunked"],
        contentLength: null,
      });
    expect((await chunked(MAX_BODY_BYTES)).status).toBe(403);
    expect((await chunked(MAX_BODY_BYTES + 1)).status).toBe(413);
    expect((await chunked(3 * 1024 * 1024)).status).toBe(413);
  });

  test("when it only announces to be, before it has come", async () => {
    expect((await post("{", { contentLength: MAX_BODY_BYTES + 1 })).status).toBe(413);
    expect((await post("[".repeat(100_000))).status).toBe(413);
    expect((await post("{", { contentLength: 128 * 1024 * 1024 })).status).toBe(413);
  });
});

describe("a length that lies", () => {
  test("and is too short cuts the JSON off", async () => {
    expect((await post(`{"token":"${token}"}`, { contentLength: 9 })).status).toBe(400);
  });

  test.each(["-1", "+5", "5, 6", "0x10", "1e3", "99999999999999999999"])(
    "such as %p is refused",
    async (contentLength) => {
      const { status } = await post(`{"token":"${token}"}`, { contentLength });
      expect([400, 413]).toContain(status ?? 0);
    },
  );

  test("beside chunks is refused: request smuggling", async () => {
    const headers = [JSON_TYPE, "Transfer-Encoding: chunked"];
    expect((await post(renderChunked(`{"token":"${token}"}`), { headers, contentLength: 4 })).status).toBe(
      400,
    );
  });
});

test.each([
  ["nothing", []],
  ["text", ["Content-Type: text/plain"]],
  ["a form", ["Content-Type: application/x-www-form-urlencoded"]],
  ["JSON and text", [JSON_TYPE, "Content-Type: text/plain"]],
  ["almost JSON", ["Content-Type: application/json2"]],
])("a body that says it is %s is not read", async (_, headers) => {
  const reply = await post(`{"token":"${token}"}`, { headers });
  expect([reply.status, errorOf(reply)]).toEqual([415, "send JSON: Content-Type: application/json"]);
});

test.each(["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"])(
  "a body that says it is %p is read",
  async (type) => {
    expect((await post(`{"token":"${token}"}`, { headers: [`Content-Type: ${type}`] })).status).toBe(200);
  },
);

test.each([
  ["nothing", ""],
  ["no JSON", "token"],
  ["a JWT alone", "eyJhbGciOiJSUzI1NiJ9.e30.AA"],
  ["a list", '[{"token":"a"}]'],
  ["null", "null"],
  ["an object without a token", "{}"],
  ["a token that is no text", '{"token":["a"]}'],
  ["two tokens: the last would win", '{"token":"a","token":"b"}'],
  ["two tokens, one of them escaped", '{"token":"a","\\u0074oken":"b"}'],
  ["a name that reaches for the prototype", '{"__proto__":{"token":"a"}}'],
  ["a byte order mark", '\ufeff{"token":"a"}'],
  ["text after its end", '{"token":"a"} x'],
  ["a comma too many", '{"token":"a",}'],
  ["a comment", '{"token":"a"}//'],
  ["half a surrogate pair", '{"token":"\\ud800"}'],
  ["a NUL", '{"token":"a"}\0'],
  ["60,000 lists in each other (CVE-2025-6203)", "[".repeat(60_000)],
  ["an object of 12,000 levels", '{"a":'.repeat(12_000)],
])("a body that is %s is not understood", async (_, body) => {
  const reply = await post(body);
  expect(reply.status).toBe(400);
  expect(errorOf(reply)).toBe('the body must be JSON: {"token": "<JWT signed by Access>"}');
});

test("a body that is not UTF-8 is not understood", async () => {
  const head = renderRequest({ target: "/evaluate/wiki", headers: [JSON_TYPE], contentLength: 14 });
  const bytes = Buffer.concat([
    Buffer.from(`${head}{"token":"`),
    Buffer.from([0xc3, 0x28]),
    Buffer.from('"}'),
  ]);
  expect((await sendRaw(service.urlOf("public"), bytes)).status).toBe(400);
});

test("more beside the token is none of our business", async () => {
  expect((await post(`{"token":"${token}","version":2}`)).status).toBe(200);
});
