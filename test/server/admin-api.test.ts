import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ProxyRig } from "../proxy/rig.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await TestService.start(TEAM_POLICIES);
});
afterAll(() => service.stop());

const change = (body: object | string) => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const kidOf = async (state: string): Promise<string> => {
  const { keys } = JSON.parse((await service.admin("/v1/keys", { role: "viewer" })).text);
  return keys.find((key: { state: string }) => key.state === state).kid;
};

describe("who holds a token", () => {
  const asked = [
    ["GET", "/v1/keys", "viewer"],
    ["POST", "/v1/keys/rotate", "operator"],
    ["POST", "/v1/keys/revoke", "operator"],
  ] as const;

  test.each(asked)("of no role may not %s %s", async (method, path) => {
    const reply = await service.admin(path, { method });
    expect([reply.status, reply.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(JSON.parse(reply.text).error.code).toBe("unauthorized");
  });

  test.each(asked)("may do what their role allows and no more: %s %s", async (method, path, least) => {
    const viewer = await service.admin(path, { method, role: "viewer" });
    if (least === "viewer") expect(viewer.status).toBe(200);
    else expect([viewer.status, JSON.parse(viewer.text).error.code]).toEqual([403, "forbidden"]);
    const operator = await service.admin(path, { method, role: "operator" });
    expect([200, 409]).toContain(operator.status);
  });

  test("is written down with what they asked for, allowed or not", async () => {
    const before = service.logged("admin").length;
    await service.admin("/v1/keys", {});
    await service.admin("/v1/keys/rotate", { method: "POST", role: "viewer" });
    await service.admin("/v1/keys", { role: "operator" });
    const lines = service.logged("admin").slice(before);
    expect(lines.map(({ who, action, allowed }) => [who, action, allowed])).toEqual([
      ["nobody", "keys.list", false],
      ["a-viewer", "keys.rotate", false],
      ["a-operator", "keys.list", true],
    ]);
  });
});

describe("a key that is revoked", () => {
  test("is gone at once; the next one signs, and is published already", async () => {
    const [active, pending] = [await kidOf("active"), await kidOf("pending")];
    const reply = await service.admin("/v1/keys/revoke", {
      role: "operator",
      ...change({ purpose: "evaluation", kid: active }),
    });
    expect(reply.status).toBe(200);
    expect(await kidOf("active")).toBe(pending);
    expect(await kidOf("revoked")).toBe(active);
    const keys = await (await fetch(`${service.urlOf("public")}/keys`)).text();
    expect(keys).not.toContain(active);
    expect((await service.verify(await service.ask("wiki"))).protectedHeader.kid).toBe(pending);
  });

  test("must be of the purpose that was named; the answer says which it is of", async () => {
    await using rig = await ProxyRig.start();
    const { keys } = JSON.parse((await rig.service.admin("/v1/keys", { role: "viewer" })).text);
    const { kid } = keys.find(({ purpose }: { purpose: string }) => purpose === "verdict");
    const revoke = change({ purpose: "evaluation", kid });
    const reply = await rig.service.admin("/v1/keys/revoke", { role: "operator", ...revoke });
    expect([reply.status, JSON.parse(reply.text).error.message]).toEqual([
      409,
      'this is a key of the purpose "verdict", not "evaluation"; ask again with the purpose "verdict"',
    ]);
    expect(JSON.parse((await rig.service.admin("/v1/keys", { role: "viewer" })).text).keys).toEqual(keys);
  });

  test("must be one that is in use", async () => {
    const revoke = change({ purpose: "evaluation", kid: "nothing" });
    const reply = await service.admin("/v1/keys/revoke", { role: "operator", ...revoke });
    expect([reply.status, JSON.parse(reply.text).error.message]).toEqual([
      409,
      "no evaluation key with this kid is in use",
    ]);
  });
});

test("a rotation waits until every verifier can have seen the next key", async () => {
  const rotate = { role: "operator", ...change({ purpose: "evaluation" }) } as const;
  const early = await service.admin("/v1/keys/rotate", rotate);
  expect(early.status).toBe(409);
  expect(JSON.parse(early.text).error.message).toStartWith("the next evaluation key may sign from 20");
  const next = await kidOf("pending");
  service.now += 25 * 3_600_000;
  expect((await service.admin("/v1/keys/rotate", rotate)).status).toBe(200);
  expect(await kidOf("active")).toBe(next);
});

test.each([
  ["nothing", ""],
  ["no JSON", "kid"],
  ["a list", "[]"],
  ["no purpose", "{}"],
  ["another purpose", '{"purpose":"login"}'],
  ["the prototype for a purpose", '{"purpose":"__proto__"}'],
  ["a purpose that is no text", '{"purpose":["evaluation"]}'],
  ["two purposes", '{"purpose":"evaluation","purpose":"evaluation"}'],
  ["more than there is to say", '{"purpose":"evaluation","force":true}'],
  ["too much", `{"purpose":"${"a".repeat(5_000)}"}`],
])("a change of keys is refused where its body is %s", async (_, body) => {
  for (const path of ["/v1/keys/rotate", "/v1/keys/revoke"]) {
    const reply = await service.admin(path, { role: "operator", ...change(body) });
    expect(reply.status).toBe(409);
    expect(JSON.parse(reply.text).error.message).toBe(
      "name the purpose of the keys, and for a revocation the kid",
    );
  }
});
