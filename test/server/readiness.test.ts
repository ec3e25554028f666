import { afterEach, describe, expect, test } from "bun:test";
import { createFaultyStore, STORE_DOWN } from "../support/faulty-store.ts";
import { CERTS_DOWN, playAccess } from "../support/played-access.ts";
import { connectTo, JSON_TYPE, renderRequest } from "../support/raw-http.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";

let service: TestService;
afterEach(() => service.stop());

interface Readiness {
  readonly status: number;
  readonly said: string;
  /** Names and details of the checks that failed. */
  readonly failed: readonly (readonly [string, string])[];
}

async function readiness(of: TestService = service): Promise<Readiness> {
  const { status, text, headers } = await of.admin("/readyz");
  expect(headers.get("cache-control")).toBe("no-store");
  const { status: said, checks } = JSON.parse(text);
  const failed = checks.filter(({ ok }: { ok: boolean }) => !ok);
  return { status, said, failed: failed.map(({ name, detail }: Record<string, string>) => [name, detail]) };
}

test("a service that has all it needs is alive and ready", async () => {
  service = await TestService.start(TEAM_POLICIES);
  await service.ask("wiki");
  expect(await readiness()).toEqual({ status: 200, said: "ready", failed: [] });
  const { status, text } = await service.admin("/healthz");
  expect([status, JSON.parse(text)]).toEqual([200, { status: "ok" }]);
});

test("a faulty policy file shows, and does not take the service away that goes on by the last good set", async () => {
  service = await TestService.start(TEAM_POLICIES);
  await service.ask("wiki");
  await service.writePolicies(TEAM_POLICIES.replace("decision: allow", "decision: perhaps"));
  await service.reload();
  const { failed, ...degraded } = await readiness();
  expect(degraded).toEqual({ status: 200, said: "degraded" });
  expect(failed).toEqual([["policies", expect.stringMatching(/policies\.yaml:8:19 .*decision/)]]);
  await service.writePolicies(TEAM_POLICIES);
  await service.reload();
  expect(await readiness()).toEqual({ status: 200, said: "ready", failed: [] });
});

describe("a service is not ready, and alive,", () => {
  async function expectNotReady(name: string, detail: RegExp): Promise<void> {
    const { status, said, failed } = await readiness();
    expect([status, said]).toEqual([503, "not_ready"]);
    expect(failed).toEqual([[name, expect.stringMatching(detail)]]);
    expect((await service.admin("/healthz")).status).toBe(200);
  }

  test("without its store", async () => {
    const faulty = createFaultyStore();
    service = await TestService.start(TEAM_POLICIES, { store: faulty.store });
    await service.ask("wiki");
    faulty.before = STORE_DOWN;
    await expectNotReady("store", /^the store cannot be reached$/);
    faulty.before = () => {};
    expect((await readiness()).status).toBe(200);
  });

  test("without the keys of Access", async () => {
    const access = playAccess();
    access.respond = CERTS_DOWN;
    service = await TestService.start(TEAM_POLICIES, { access });
    await service.ask("wiki");
    await expectNotReady("access_keys", /^access\.certs_url answered with status 502$/);
  });

  test("while it shuts down: what is under way is finished, and the admin listener tells", async () => {
    service = await TestService.start(TEAM_POLICIES);
    await service.ask("wiki");
    const body = JSON.stringify({ token: "a.b.c" });
    const bytes = renderRequest({ target: "/evaluate/wiki", headers: [JSON_TYPE], body });
    const socket = connectTo(service.urlOf("public"));
    socket.write(bytes.slice(0, -5));
    await answersElsewhere();
    const [admin, stopped] = [service.urlOf("admin"), service.shutDown(5_000)];
    const { status, text } = await service.admin("/readyz");
    expect(status).toBe(503);
    expect(JSON.parse(text).checks).toContainEqual({
      name: "shutdown",
      ok: false,
      vital: true,
      detail: "shutting down",
    });
    const answer = Promise.withResolvers<string>();
    socket.once("data", (chunk) => answer.resolve(chunk.toString()));
    socket.write(bytes.slice(-5));
    expect(await answer.promise).toStartWith("HTTP/1.1 403 ");
    await stopped;
    expect(await fetch(`${admin}/healthz`).catch(() => "closed")).toBe("closed");
  });

  /** Once another connection has been answered, bytes that were sent before have been read. */
  async function answersElsewhere(): Promise<void> {
    for (let calls = 0; calls < 3; calls++) await service.ask("wiki");
  }
});

test("a request that never ends is cut off when the patience of a shutdown is over", async () => {
  service = await TestService.start(TEAM_POLICIES);
  const socket = connectTo(service.urlOf("public"));
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(
    renderRequest({ target: "/evaluate/wiki", headers: [JSON_TYPE], body: "{", contentLength: 100 }),
  );
  await service.ask("wiki");
  await service.shutDown(50);
  await closed;
});

test("/metrics tells the revision that serves, and whether the last reload was one", async () => {
  service = await TestService.start(TEAM_POLICIES);
  const metrics = async () => (await service.admin("/metrics")).text;
  const first = await metrics();
  expect(first).toMatch(/policy_info\{revision="[\w-]+"\} 1/);
  expect(first).toContain("policy_last_reload_successful 1");
  await service.writePolicies("applications: [");
  await service.reload();
  const second = await metrics();
  expect(second).toContain("policy_last_reload_successful 0");
  expect(second).toContain('policy_reloads_total{result="failed"} 1');
  expect(second.match(/policy_info.*/g)).toEqual(first.match(/policy_info.*/g));
});
