import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { personNamed } from "../../support/played-access.ts";
import { CONFIG, Workspace } from "../../support/run-verb.ts";
import { ADMIN_TOKENS, TestService } from "../../support/test-service.ts";
import { type PlayedSource, playSource, TRUSTED_ONLY, trustProvider } from "./played-source.ts";

let source: PlayedSource;
let service: TestService;

beforeEach(async () => {
  source = playSource(() => 10);
  service = await TestService.start(TRUSTED_ONLY, {
    config: { providers: [trustProvider(source, { interval: "30d" })] },
  });
});
afterEach(async () => {
  await service.stop();
  source[Symbol.dispose]();
});

/** Asks for the wiki as Ada, on her laptop. */
async function mayEnter(): Promise<unknown> {
  return service.success(await service.ask("wiki", { claims: { identity: personNamed("ada") } }));
}

async function recheck(kind: string, id: string, role: keyof typeof ADMIN_TOKENS = "operator") {
  const body = JSON.stringify({ kind, id });
  const { status, text } = await service.admin("/v1/sessions/recheck", { method: "POST", role, body });
  return { status, answer: JSON.parse(text) };
}

describe("an immediate re-check", () => {
  test.each([
    ["user", "user-ada"],
    ["email", "Ada@Example.com"],
    ["device", "laptop-of-ada"],
  ])("of a %s lets them in as soon as their device is mended", async (kind, id) => {
    expect(await mayEnter()).toBe(false);
    source.answer = () => 90;
    expect(await mayEnter()).toBe(false);
    expect(await recheck(kind, id)).toEqual({ status: 200, answer: { rechecked: 1, too_soon: 0 } });
    expect(await mayEnter()).toBe(true);
  });

  test("finds whoever lost their trust, too", async () => {
    source.answer = () => 90;
    expect(await mayEnter()).toBe(true);
    source.answer = () => 10;
    await recheck("user", "user-ada");
    expect(await mayEnter()).toBe(false);
  });

  test("is not made again within half a minute, whoever asks for it", async () => {
    await mayEnter();
    await recheck("user", "user-ada");
    const before = source.asked.length;
    expect((await recheck("device", "laptop-of-ada")).answer).toEqual({ rechecked: 0, too_soon: 1 });
    expect(source.asked).toHaveLength(before);
    service.now += 30_000;
    expect((await recheck("user", "user-ada")).answer).toEqual({ rechecked: 1, too_soon: 0 });
  });

  test("that the source does not answer leaves what was known", async () => {
    source.answer = () => 90;
    expect(await mayEnter()).toBe(true);
    source.status = 503;
    await recheck("user", "user-ada");
    expect(await mayEnter()).toBe(true);
  });

  test("of nobody who is logged in asks nobody", async () => {
    await mayEnter();
    await service.admin("/v1/sessions/revoke", {
      method: "POST",
      role: "operator",
      body: JSON.stringify({ kind: "user", id: "user-ada" }),
    });
    expect((await recheck("user", "user-ada")).answer).toEqual({ rechecked: 0, too_soon: 0 });
  });

  test("of one session asks about that one, as long as it lives", async () => {
    await mayEnter();
    const { sessions } = JSON.parse((await service.admin("/v1/sessions", { role: "operator" })).text);
    source.answer = () => 90;
    expect((await recheck("session", sessions[0].id)).answer).toEqual({ rechecked: 1, too_soon: 0 });
    expect(await mayEnter()).toBe(true);
    expect((await recheck("session", "no such session")).answer).toEqual({ rechecked: 0, too_soon: 0 });
  });

  test("is for operators, and for one kind at a time", async () => {
    expect((await recheck("user", "user-ada", "viewer")).status).toBe(403);
    expect((await recheck("group", "staff")).status).toBe(400);
  });

  test("is asked for by postern sessions recheck", async () => {
    await mayEnter();
    using workspace = new Workspace();
    const admin = new URL(service.urlOf("admin")).host;
    await workspace.write({ "postern.yaml": CONFIG.replace("admin: 127.0.0.1:0", `admin: ${admin}`) });
    const run = (...args: string[]) =>
      workspace.run(["sessions", "recheck", ...args], { POSTERN_ADMIN_TOKEN: ADMIN_TOKENS.operator });
    expect(await run("--user", "user-ada")).toEqual({
      code: 0,
      out: "Sessions that were asked about: 1\n",
      err: "",
    });
    expect(await run("--user", "user-ada", "--json")).toMatchObject({
      out: '{"rechecked":0,"too_soon":1}\n',
    });
    expect((await run()).err).toContain("one of --user, --email, --device, --session");
    const { sessions } = JSON.parse((await service.admin("/v1/sessions", { role: "operator" })).text);
    expect(await run("--session", sessions[0].id, "--json")).toMatchObject({
      out: '{"rechecked":0,"too_soon":1}\n',
    });
  });
});
