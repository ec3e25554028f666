import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createAdminApp } from "../../src/server/admin/admin-app.ts";
import { keyActions } from "../../src/server/admin/key-actions.ts";
import { recheckAction } from "../../src/server/admin/recheck-action.ts";
import { sessionActions } from "../../src/server/admin/session-actions.ts";
import { createPublicApp } from "../../src/server/public/public-app.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";

/** What GET and HEAD answer whoever asks: public keys, and what only the inside of a network can reach. */
const OPEN: ReadonlySet<string> = new Set([
  "public /keys",
  "public /keys/",
  "admin /healthz",
  "admin /readyz",
  "admin /metrics",
]);

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const onFailure = (error: unknown): never => {
  throw error;
};
const publicApp = createPublicApp({
  evaluation: {
    answerEvaluation: async () => ({ kind: "refused", message: "nobody is known here" }),
    evaluationKeys: () => ({ body: "{}", etag: '"1"', cacheControl: "no-store" }),
  },
  posture: new Map(),
  verdictKeys: null,
  denials: null,
  onFailure,
});
const adminApp = createAdminApp({
  checks: async () => [],
  metrics: async () => ({ body: "", contentType: "text/plain" }),
  actions: [
    ...keyActions(new Map()),
    ...sessionActions({ list: onFailure, find: onFailure, revoke: onFailure }),
    recheckAction(onFailure),
  ],
  api: { authenticate: () => null, audit: () => {} },
  onFailure,
});

const ROUTES = [
  ...publicApp.routes.map(
    ({ path }) => ["public", path.replace(":application", "wiki").replace(":score", "laptop")] as const,
  ),
  ...adminApp.routes.map(({ path }) => ["admin", path] as const),
];

describe("a route answers nobody whom it does not know", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start(TEAM_POLICIES);
  });
  afterAll(() => service.stop());

  test.each(ROUTES)("on the %s listener: %s", async (listener, path) => {
    for (const method of METHODS) {
      const reads = method === "GET" || method === "HEAD";
      const isOpen = reads && OPEN.has(`${listener} ${path}`);
      const body = reads ? {} : { body: JSON.stringify({ token: "a.b.c" }) };
      for (const authorization of ["", "Bearer wrong", "Basic b3BlcmF0b3I6b3BlcmF0b3I=", "Bearer"]) {
        const { status } = await fetch(`${service.urlOf(listener)}${path}`, {
          method,
          headers: { Authorization: authorization, "Content-Type": "application/json" },
          ...body,
        });
        expect({ method, path, isOpen, answered: status < 300 }).toEqual({
          method,
          path,
          isOpen,
          answered: isOpen,
        });
        if (!isOpen) expect([401, 403, 404, 405]).toContain(status);
      }
    }
  });

  test("and what the admin API describes of itself is all of it on this list", async () => {
    const { text } = await service.admin("/v1/openapi.json", { role: "viewer" });
    const described = Object.keys(JSON.parse(text).paths).toSorted();
    const listed = ROUTES.map(([, path]) => path).filter((path) => path.startsWith("/v1/"));
    expect(described.length).toBeGreaterThan(0);
    expect([...new Set(listed)].toSorted()).toEqual(described);
  });

  test("and nothing of one listener is on the other", async () => {
    for (const [listener, path] of ROUTES) {
      const other = listener === "public" ? "admin" : "public";
      expect((await fetch(`${service.urlOf(other)}${path}`)).status).toBe(404);
    }
  });
});

test("every open route is still there", () => {
  const routes = new Set(ROUTES.map(([listener, path]) => `${listener} ${path}`));
  expect([...OPEN].filter((open) => !routes.has(open))).toEqual([]);
});
