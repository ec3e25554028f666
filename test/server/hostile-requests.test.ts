import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { signQuestion } from "../support/played-access.ts";
import {
  connectTo,
  JSON_TYPE,
  type RawReply,
  renderChunked,
  renderRequest,
  sendRaw,
} from "../support/raw-http.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { ADMIN_TOKENS, TestService } from "../support/test-service.ts";

const CANARY = "canary7f1e";
const RUNS = 400;
const AT_ONCE = 10;

let service: TestService;
let token: string;
beforeAll(async () => {
  service = await TestService.start(TEAM_POLICIES);
  token = await signQuestion();
});
afterAll(() => service.stop());

const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "QUERY",
  "post",
  "X",
];
const SEGMENTS = [
  ...["evaluate", "keys", "wiki", "v1", "rotate", "revoke", "readyz", "metrics", CANARY],
  ...[
    "..",
    ".",
    "",
    "%2e%2e",
    "%2f",
    "%00",
    "%zz",
    "%C3",
    "%25",
    "\\",
    ";",
    "#",
    "?",
    "*",
    "__proto__",
    "constructor",
    "é",
    "a".repeat(3_000),
  ],
];
const HOSTS = ["postern.example.com", "a", "a.b", "", "evil/x", "a@b", "[::1]", `${CANARY}:1`, null];
const HEADERS = [
  ...[
    JSON_TYPE,
    "Content-Type: text/plain",
    `Content-Type: ${CANARY}`,
    "Accept: text/html",
    "Expect: 100-continue",
  ],
  ...[
    `Cookie: __proto__=${CANARY}; a=${CANARY}`,
    `Authorization: Bearer ${CANARY}`,
    `Authorization: Bearer ${ADMIN_TOKENS.viewer}`,
  ],
  ...[
    `X-Forwarded-For: ${CANARY}`,
    `X-Forwarded-Host: ${CANARY}`,
    "X-HTTP-Method-Override: GET",
    "X_Forwarded_User: root",
  ],
  ...[
    "Upgrade: websocket",
    "Range: bytes=0-1",
    `If-None-Match: ${CANARY}`,
    `${CANARY}: ${CANARY}`,
    `X-Long: ${"a".repeat(3_000)}`,
  ],
  ...["Host: second.example.com", "Content-Encoding: gzip", "Origin: null", `Referer: http://${CANARY}/`],
];

const bodies = fc.oneof(
  fc.constantFrom("", "{", "null", "[]", "[".repeat(5_000), `{"token":"${CANARY}"}`, `"${CANARY}"`),
  fc.constantFrom(
    "{CANARY}",
    '{"token":"{TOKEN}"}',
    '{"token":"{TOKEN}","token":"x"}',
    '{"purpose":"evaluation","kid":"{CANARY}"}',
  ),
  fc.json({ maxDepth: 3 }),
  fc.string({ unit: "binary", maxLength: 200 }),
);

const requests = fc.record({
  listener: fc.constantFrom("public" as const, "admin" as const),
  method: fc.oneof(fc.constant("POST"), fc.constantFrom(...METHODS)),
  path: fc.oneof(
    fc.constantFrom(
      "/evaluate",
      "/evaluate/wiki",
      "/keys",
      "/v1/keys",
      "/v1/keys/rotate",
      "/v1/keys/revoke",
      "/readyz",
    ),
    fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 4 }).map((segments) => `/${segments.join("/")}`),
  ),
  query: fc.constantFrom("", "?", `?${CANARY}=${CANARY}&__proto__[a]=1`),
  host: fc.constantFrom(...HOSTS),
  headers: fc.oneof(fc.constant([JSON_TYPE]), fc.uniqueArray(fc.constantFrom(...HEADERS), { maxLength: 4 })),
  body: bodies,
  chunked: fc.boolean(),
});

type Hostile = typeof requests extends fc.Arbitrary<infer R> ? R : never;

function send({
  listener,
  path,
  query,
  body: template,
  headers,
  chunked,
  ...request
}: Hostile): Promise<RawReply> {
  const body = template.replace("{TOKEN}", token).replace("{CANARY}", CANARY);
  const sent = chunked
    ? { body: renderChunked(body), contentLength: null, headers: [...headers, "Transfer-Encoding: chunked"] }
    : { body, headers };
  return sendRaw(service.urlOf(listener), renderRequest({ ...request, target: path + query, ...sent }));
}

test(`no request of ${RUNS * AT_ONCE} fails inside, hangs, or has anything of it said back`, async () => {
  const statuses = new Set<number | null>();
  await fc.assert(
    fc.asyncProperty(fc.array(requests, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (batch) => {
      for (const { status, text } of await Promise.all(batch.map(send))) {
        statuses.add(status);
        expect(status ?? 0).toBeLessThan(500);
        expect(text).not.toMatch(/canary7f1e|node_modules|\.ts:\d|\bat \w+ \(|(?:Type|Syntax|Range)Error/i);
      }
    }),
    { numRuns: RUNS },
  );
  // The requests are not all of one kind: some are answered, some refused in each of these ways.
  for (const status of [200, 400, 401, 404, 405, 415]) expect([...statuses]).toContain(status);
  expect(service.logged("an answer failed")).toEqual([]);
}, 180_000);

test("what breaks off, or never comes to its end, disturbs nobody else", async () => {
  const whole = renderRequest({
    target: "/evaluate/wiki",
    headers: [JSON_TYPE],
    body: JSON.stringify({ token }),
  });
  const sockets = Array.from({ length: 60 }, (_, index) => {
    const socket = connectTo(service.urlOf("public"));
    socket.on("error", () => {});
    socket.write(whole.slice(0, Math.floor((whole.length * index) / 60)));
    return socket;
  });
  expect((await service.ask("wiki")).status).toBe(200);
  for (const socket of sockets.slice(0, 30)) socket.resetAndDestroy();
  expect((await service.ask("wiki")).status).toBe(200);
  for (const socket of sockets) socket.destroy();
  expect((await service.ask("wiki")).status).toBe(200);
  expect(service.logged("an answer failed")).toEqual([]);
});
