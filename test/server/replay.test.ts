import { afterEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFaultyStore, STORE_DOWN } from "../support/faulty-store.ts";
import { personNamed, playAccess, signQuestion } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService, type TestServiceOptions } from "../support/test-service.ts";
import { certsResponse, createEdgeKey, edgeKey, NOW_SECONDS } from "../token/access-team.ts";

const services: TestService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
});

async function start(options: TestServiceOptions = {}, policies = TEAM_POLICIES): Promise<TestService> {
  const service = await TestService.start(policies, options);
  services.push(service);
  return service;
}

const asAda = (extra: object = {}) => ({ claims: { identity: personNamed("ada"), ...extra } });
const decisionsOf = (service: TestService) => service.logged("decision");

describe("a call that is repeated", () => {
  test("gets the same answer to the last byte, and is one decision", async () => {
    const service = await start();
    const token = await signQuestion(asAda());
    const first = await service.post("wiki", token);
    service.now += 10_000;
    expect((await service.post("wiki", token)).text).toBe(first.text);
    expect(await service.success(first)).toBe(true);
    const [decided, repeated] = decisionsOf(service);
    expect(decided).not.toHaveProperty("repeated");
    expect(repeated).toMatchObject({ id: decided?.id, decision: "permit", repeated: true });
  });

  test("at once and many times is one call", async () => {
    const service = await start();
    const token = await signQuestion(asAda());
    const replies = await Promise.all(Array.from({ length: 20 }, () => service.post("wiki", token)));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(new Set(decisionsOf(service).map(({ id }) => id)).size).toBe(1);
  });

  test("is answered anew once its answer has expired", async () => {
    const service = await start();
    const token = await signQuestion(asAda({ exp: NOW_SECONDS + 600 }));
    await service.post("wiki", token);
    service.now += 61_000;
    const { payload } = await service.verify(await service.post("wiki", token));
    expect(payload).toMatchObject({ success: true, iat: NOW_SECONDS + 61 });
    expect(decisionsOf(service)).toHaveLength(2);
  });

  test("is answered anew by policies that came between", async () => {
    const service = await start();
    const token = await signQuestion(asAda());
    expect(await service.success(await service.post("wiki", token))).toBe(true);
    await service.writePolicies(TEAM_POLICIES.replace("mallory@", "ada@"));
    await service.reload();
    expect(await service.success(await service.post("wiki", token))).toBe(false);
    await service.writePolicies(TEAM_POLICIES);
    await service.reload();
    expect(await service.success(await service.post("wiki", token))).toBe(true);
    expect(new Set(decisionsOf(service).map(({ revision }) => revision)).size).toBe(2);
  });

  test("is one call for two services on one store and with one set of keys", async () => {
    const folder = await mkdtemp(join(tmpdir(), "postern-shared-"));
    const access = playAccess();
    try {
      const shared = {
        store: `sqlite:${join(folder, "postern.db")}`,
        keys: { directory: join(folder, "keys") },
      };
      const one = await TestService.start(TEAM_POLICIES, { access, config: shared });
      const other = await TestService.start(TEAM_POLICIES, { access, config: shared });
      other.now += 3_000;
      const token = await signQuestion(asAda());
      const [first, second] = await Promise.all([one.post("wiki", token), other.post("wiki", token)]);
      expect(first.text).toBe(second.text);
      expect(await one.success(second)).toBe(true);
      const logged = [...decisionsOf(one), ...decisionsOf(other)];
      expect(new Set(logged.map(({ id }) => id)).size).toBe(1);
      expect(logged.filter(({ repeated }) => repeated === true)).toHaveLength(1);
      await one.stop();
      await other.stop();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a nonce that was used", () => {
  test("is refused with other claims, and the answer it had stands", async () => {
    const service = await start();
    const nonce = "n-1";
    const token = await signQuestion(asAda({ nonce }));
    const first = await service.post("wiki", token);
    const other = await service.ask("wiki", { claims: { nonce, identity: personNamed("bob") } });
    expect([other.status, JSON.parse(other.text)]).toEqual([
      403,
      { success: false, error: "the nonce was used by another token" },
    ]);
    expect((await service.post("wiki", token)).text).toBe(first.text);
  });

  test("is answered for one of several that use it at once, and refused for the others", async () => {
    const service = await start();
    const people = Array.from({ length: 10 }, (_, index) => personNamed(`person-${index}`));
    const replies = await Promise.all(
      people.map((identity) => service.ask("wiki", { claims: { nonce: "n-2", identity } })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, ...Array(9).fill(403)]);
  });

  test("is another one for another application", async () => {
    const service = await start();
    const token = await signQuestion({ claims: { identity: personNamed("bob") } });
    expect(await service.success(await service.post("wiki", token))).toBe(true);
    expect(await service.success(await service.post("payroll", token))).toBe(false);
  });

  test("is another one under another key of Access", async () => {
    const next = await createEdgeKey("b2".repeat(32));
    const access = playAccess();
    access.respond = () => certsResponse(edgeKey.jwk, next.jwk);
    const service = await start({ access });
    const first = await service.ask("wiki", asAda({ nonce: "n-3" }));
    const second = await service.ask("wiki", {
      claims: { nonce: "n-3", identity: personNamed("mallory") },
      key: next,
    });
    expect([await service.success(first), await service.success(second)]).toEqual([true, false]);
  });
});

describe("a store that does not do its work", () => {
  const lastDecision = (service: TestService) => decisionsOf(service).at(-1);

  test("and is down keeps everybody out, with a signature", async () => {
    const faulty = createFaultyStore();
    const service = await start({ store: faulty.store });
    faulty.before = STORE_DOWN;
    expect(await service.success(await service.ask("wiki", asAda()))).toBe(false);
    expect(lastDecision(service)).toMatchObject({
      decision: "deny",
      reason: "store_unavailable",
      cause: "unknown",
    });
  });

  test("and never answers keeps everybody out when the deadline is over", async () => {
    const faulty = createFaultyStore();
    const service = await start({ store: faulty.store, config: { evaluate: { deadline: "150ms" } } });
    faulty.before = () => new Promise(() => {});
    expect(await service.success(await service.ask("wiki", asAda()))).toBe(false);
    expect(lastDecision(service)).toMatchObject({
      decision: "deny",
      reason: "deadline_exceeded",
      cause: "unknown",
    });
  });

  test("lets in again who is asked about again when it is back", async () => {
    const faulty = createFaultyStore();
    const service = await start({ store: faulty.store });
    const token = await signQuestion(asAda());
    faulty.before = STORE_DOWN;
    await service.post("wiki", token);
    faulty.before = () => {};
    expect(await service.success(await service.post("wiki", token))).toBe(true);
  });

  test("and forgets at once would be found out: a repeated call gets another answer", async () => {
    const faulty = createFaultyStore(() => Number.POSITIVE_INFINITY);
    const service = await start({ store: faulty.store });
    const token = await signQuestion(asAda());
    const first = await service.post("wiki", token);
    service.now += 10_000;
    expect((await service.post("wiki", token)).text).not.toBe(first.text);
  });
});
