import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Ran, Workspace } from "../support/run-verb.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { ADMIN_TOKENS, TestService } from "../support/test-service.ts";

let service: TestService;
const workspace = new Workspace();
beforeAll(async () => {
  service = await TestService.start(TEAM_POLICIES);
  await workspace.write({ "postern.yaml": configFor(service.urlOf("admin")) });
});
afterAll(async () => {
  workspace[Symbol.dispose]();
  await service.stop();
});

function configFor(adminUrl: string, admin?: object): string {
  const listen = { admin: adminUrl.replace("http://", "") };
  return JSON.stringify({
    public_url: "https://postern.example.com",
    listen,
    store: "memory:",
    policies: "./p.yaml",
    admin,
  });
}

function keys(args: readonly string[], token: string = ADMIN_TOKENS.operator): Promise<Ran> {
  return workspace.run(["keys", ...args], token === "" ? {} : { POSTERN_ADMIN_TOKEN: token });
}

async function kidOf(state: string): Promise<string> {
  const listed = JSON.parse((await keys(["list", "--json"])).out);
  return listed.keys.find((key: { state: string }) => key.state === state).kid;
}

describe("postern keys", () => {
  test("list shows the keys of a running Postern as a table", async () => {
    const { code, out, err } = await keys(["list"], ADMIN_TOKENS.viewer);
    expect([code, err]).toEqual([0, ""]);
    const [title, ...rows] = out.trimEnd().split("\n");
    expect(title).toMatch(/^State +Key +Algorithm +Purpose +Since$/);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/^pending +[\w-]{43} +RS256 +evaluation +for \d+ \w+$/);
    expect(rows[1]).toMatch(/^active +[\w-]{43} +RS256 +evaluation +for \d+ \w+$/);
  });

  test("rotate waits until every verifier can have seen the next key", async () => {
    const next = await kidOf("pending");
    const early = await keys(["rotate"]);
    expect([early.code, early.out]).toEqual([2, ""]);
    expect(early.err).toStartWith("postern: the next evaluation key may sign from ");
    service.now += 25 * 3_600_000;
    expect((await keys(["rotate"])).code).toBe(0);
    expect(await kidOf("active")).toBe(next);
  });

  test("revoke takes a key out at once, and shows it", async () => {
    const [active, next] = [await kidOf("active"), await kidOf("pending")];
    const { code, out } = await keys(["revoke", active]);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^revoked +${active}`, "m"));
    expect(out).toMatch(new RegExp(`^active +${next}`, "m"));
  });

  test("revoke refuses a key that is none", async () => {
    const { code, err } = await keys(["revoke", "nothing"]);
    expect([code, err]).toEqual([2, "postern: no evaluation key with this kid is in use\n"]);
  });
});

describe("who may", () => {
  test.each([
    ["nobody, for there is no token", "", "postern.yaml lets nobody use the admin API"],
    ["nobody, for the token is wrong", "canary-3f02", "does not know the token in POSTERN_ADMIN_TOKEN"],
    ["a viewer only look", ADMIN_TOKENS.viewer, "the role of this token does not permit that"],
  ])("%s", async (_, token, told) => {
    const { code, out, err } = await keys(["rotate"], token);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(told);
    expect(err).not.toContain("canary");
  });

  test("is written down by the service, allowed or not", async () => {
    const before = service.logged("admin").length;
    await keys(["list"], "wrong");
    await keys(["revoke", "nothing"], ADMIN_TOKENS.viewer);
    await keys(["list"], ADMIN_TOKENS.operator);
    expect(service.logged("admin").slice(before)).toEqual([
      expect.objectContaining({ who: "nobody", action: "keys.list", allowed: false }),
      expect.objectContaining({ who: "a-viewer", action: "keys.revoke", allowed: false }),
      expect.objectContaining({ who: "a-operator", action: "keys.list", allowed: true }),
    ]);
  });
});

describe("postern keys exits with 2", () => {
  test("where nothing listens", async () => {
    using elsewhere = new Workspace();
    await elsewhere.write({ "postern.yaml": configFor("http://127.0.0.1:1") });
    const { code, err } = await elsewhere.run(["keys", "list"], { POSTERN_ADMIN_TOKEN: "x" });
    expect([code, err]).toEqual([
      2,
      "postern: no answer from the admin listener at 127.0.0.1:1; is Postern running?\n",
    ]);
  });

  test("where something else listens there", async () => {
    const other = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response("<html>canary</html>"),
    });
    using elsewhere = new Workspace();
    await elsewhere.write({ "postern.yaml": configFor(`http://127.0.0.1:${other.port}`) });
    const { code, err } = await elsewhere.run(["keys", "list"], { POSTERN_ADMIN_TOKEN: "x" });
    expect([code, err]).toEqual([
      2,
      "postern: the admin listener answered something that is not about keys\n",
    ]);
    await other.stop(true);
  });

  test("where the configuration has tokens and none is given", async () => {
    using elsewhere = new Workspace();
    const tokens = [{ name: "ops", role: "operator", sha256: "0".repeat(64) }];
    await elsewhere.write({ "postern.yaml": configFor("http://127.0.0.1:1", { tokens }) });
    const { code, err } = await elsewhere.run(["keys", "list"]);
    expect([code, err]).toEqual([
      2,
      "postern: set POSTERN_ADMIN_TOKEN to a token whose hash is in admin.tokens of postern.yaml\n",
    ]);
  });

  test("where the configuration is faulty, or not there", async () => {
    using elsewhere = new Workspace();
    expect(await elsewhere.run(["keys", "list"])).toEqual({
      code: 2,
      out: "",
      err: "postern: no admin listener is known:\npostern.yaml  there is no such file; `postern init` writes one, --config names another\n",
    });
  });

  test("where the configuration opens no admin listener", async () => {
    using elsewhere = new Workspace();
    await elsewhere.write({
      "postern.yaml": configFor("x").replace('"admin":"x"', '"public":"127.0.0.1:0"'),
    });
    const { code, err } = await elsewhere.run(["keys", "list"], { POSTERN_ADMIN_TOKEN: "x" });
    expect([code, err]).toEqual([2, "postern: postern.yaml opens no admin listener: set listen.admin\n"]);
  });
});
