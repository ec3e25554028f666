import { afterEach, describe, expect, test } from "bun:test";
import {
  CERTS_AS_USUAL,
  CERTS_DOWN,
  type PlayedAccess,
  personNamed,
  playAccess,
  type Question,
} from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { type Reply, TestService, type TestServiceOptions } from "../support/test-service.ts";
import { certsResponse, createEdgeKey, edgeKey } from "../token/access-team.ts";

const UNKNOWN_KEY_EVERY_MS = 30_000;
const asAda: Question = { claims: { identity: personNamed("ada") } };

let service: TestService;
afterEach(() => service.stop());

async function startWith(respond: PlayedAccess["respond"], options: TestServiceOptions = {}): Promise<void> {
  const access = playAccess();
  access.respond = respond;
  service = await TestService.start(TEAM_POLICIES, { access, ...options });
}

function expectUnsigned({ status, text }: Reply, error: string): void {
  expect([status, JSON.parse(text)]).toEqual([403, { success: false, error }]);
}

async function accessKeysCheck(): Promise<unknown> {
  const { status, text } = await service.admin("/readyz");
  const { checks } = JSON.parse(text);
  return { status, check: checks.find(({ name }: { name: string }) => name === "access_keys") };
}

describe("while the keys of Access cannot be had", () => {
  const UNAVAILABLE = "the keys of Access cannot be fetched at the moment";

  test.each([
    ["an error", CERTS_DOWN],
    ["something that is no key document", () => new Response("<html>")],
    ["no key at all", () => certsResponse()],
    ["a way to somewhere else", () => Response.redirect("http://127.0.0.1:9/")],
  ])("Postern starts, and refuses until they come: %s is answered", async (_, respond) => {
    await startWith(respond);
    expectUnsigned(await service.ask("wiki", asAda), UNAVAILABLE);
    expect(await accessKeysCheck()).toMatchObject({ status: 503, check: { ok: false } });
    service.access.respond = CERTS_AS_USUAL;
    service.now += UNKNOWN_KEY_EVERY_MS;
    expect(await service.success(await service.ask("wiki", asAda))).toBe(true);
    expect(await accessKeysCheck()).toMatchObject({ status: 200, check: { ok: true, detail: null } });
  });

  test("nobody waits for them longer than the deadline", async () => {
    const asked = Promise.withResolvers<void>();
    await startWith(
      () => {
        asked.resolve();
        return new Promise<Response>(() => {});
      },
      { config: { evaluate: { deadline: "150ms" } } },
    );
    await asked.promise;
    expectUnsigned(await service.ask("wiki", asAda), "the token could not be evaluated");
    expect((await service.admin("/metrics")).text).toContain('evaluations_total{result="failed"} 1');
  });

  test("what was learnt before goes on counting, for a day", async () => {
    await startWith(CERTS_AS_USUAL);
    expect(await service.success(await service.ask("wiki", asAda))).toBe(true);
    service.access.respond = CERTS_DOWN;
    service.now += 86_400_000;
    expectUnsigned(await service.ask("wiki", { header: { kid: "0".repeat(64) } }), UNAVAILABLE);
    expect(service.access.fetches).toBe(2);
    expect(await service.success(await service.ask("wiki", asAda))).toBe(true);
    service.now += 1_000;
    expectUnsigned(await service.ask("wiki", asAda), UNAVAILABLE);
    expect(await accessKeysCheck()).toMatchObject({ status: 503, check: { ok: false } });
  });
});

describe("a key that is not known", () => {
  const strange = (index: number): Question => ({ header: { kid: index.toString(16).padStart(64, "0") } });
  const UNKNOWN = "the token's key is none of Access's";

  test("is asked for once, however many name one", async () => {
    await startWith(CERTS_AS_USUAL);
    await service.ask("wiki", asAda);
    expect(service.access.fetches).toBe(1);
    const flood = await Promise.all(
      Array.from({ length: 50 }, (_, index) => service.ask("wiki", strange(index))),
    );
    for (const reply of flood) expectUnsigned(reply, UNKNOWN);
    expectUnsigned(await service.ask("wiki", strange(99)), UNKNOWN);
    expect(service.access.fetches).toBe(2);
    service.now += UNKNOWN_KEY_EVERY_MS;
    expectUnsigned(await service.ask("wiki", strange(100)), UNKNOWN);
    expect(service.access.fetches).toBe(3);
  });

  test("is found when Access has begun to sign with it", async () => {
    const next = await createEdgeKey("e5".repeat(32));
    await startWith(CERTS_AS_USUAL);
    await service.ask("wiki", asAda);
    service.access.respond = () => certsResponse(edgeKey.jwk, next.jwk);
    const reply = await service.ask("wiki", { ...asAda, key: next });
    expect(await service.success(reply)).toBe(true);
    expect(await service.success(await service.ask("wiki", asAda))).toBe(true);
    expect(service.access.fetches).toBe(2);
  });
});
