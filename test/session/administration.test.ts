import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CliIo } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import { addSessions } from "../../src/cli/sessions.ts";
import { ADMIN_OPERATIONS } from "../../src/server/admin/openapi.ts";
import { createFaultyStore, STORE_DOWN } from "../support/faulty-store.ts";
import { personNamed } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { ADMIN_TOKENS, TestService } from "../support/test-service.ts";
import { ISSUER, NOW } from "../token/access-team.ts";

const faulty = createFaultyStore();
let service: TestService;
beforeAll(async () => {
  service = await TestService.start(TEAM_POLICIES, { store: faulty.store });
  for (const name of ["ada", "bob", "eve"])
    await service.ask("wiki", { claims: { identity: personNamed(name) } });
  await service.ask("payroll", { claims: { identity: personNamed("ada") } });
  await service.ask("wiki", { claims: { identity: personNamed("ada", { device_id: "phone" }) } });
  await writeFile(
    join(service.folder, "admin.yaml"),
    JSON.stringify({
      public_url: "https://postern.example.com",
      listen: { admin: new URL(service.urlOf("admin")).host },
      store: "memory:",
      access: { team_domain: ISSUER },
      policies: "./policies.yaml",
    }),
  );
});
afterAll(() => service.stop());

async function list(query = ""): Promise<readonly { id: string; user: string; ended: string | null }[]> {
  const { text } = await service.admin(`/v1/sessions${query}`, { role: "viewer" });
  return JSON.parse(text).sessions;
}

const revoke = (body: object | string, role: "viewer" | "operator" = "operator") =>
  service.admin("/v1/sessions/revoke", {
    method: "POST",
    role,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

/** What a command line comes to, with the token of an operator unless told. */
async function run(args: readonly string[], token: string = ADMIN_TOKENS.operator) {
  let [out, err] = ["", ""];
  const io: CliIo = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: { POSTERN_ADMIN_TOKEN: token },
    cwd: service.folder,
    style: { color: false, width: 100 },
    now: () => service.now,
    signal: new AbortController().signal,
  };
  const code = await runCli(["sessions", ...args, "--config", "admin.yaml"], io, [addSessions]);
  return { code, out, err };
}

describe("the admin API", () => {
  test("lists sessions by user, address and device, and all of them", async () => {
    expect(await list()).toHaveLength(4);
    expect((await list("?email=ADA@example.com")).map(({ user }) => user)).toEqual(["user-ada", "user-ada"]);
    expect(await list("?user=user-bob")).toHaveLength(1);
    expect(await list("?user=user-ada&device=phone")).toHaveLength(1);
    expect(await list("?user=nobody")).toEqual([]);
  });

  test("shows one, with what its login froze, and the applications that joined it", async () => {
    const [{ id = "" } = {}] = await list("?device=laptop-of-ada");
    const { text } = await service.admin(`/v1/sessions/show?id=${encodeURIComponent(id)}`, {
      role: "viewer",
    });
    const { session } = JSON.parse(text);
    expect(session).toMatchObject({ id, email: "ada@example.com", idp: "okta", login_at: NOW, ended: null });
    expect(session.applications).toHaveLength(2);
    expect(session.facts["identity.email"]).toMatchObject({ state: "known", value: "ada@example.com" });
    expect(session.facts["network.country"]).toBeUndefined();
  });

  test.each([
    ["/v1/sessions?colour=red", 400],
    ["/v1/sessions?user=a&user=b", 400],
    ["/v1/sessions/show", 400],
    ["/v1/sessions/show?id=nobody", 404],
  ])("says what is wrong with %s", async (path, status) => {
    const reply = await service.admin(path, { role: "viewer" });
    expect([reply.status, Object.keys(JSON.parse(reply.text))]).toEqual([status, ["error"]]);
  });

  test.each([
    ["no JSON", "{"],
    ["nobody", {}],
    ["an unknown kind", { kind: "everyone", id: "x" }],
    ["no address", { kind: "email", id: "ada" }],
    ["no session", { kind: "session", id: "ada" }],
    ["an empty name", { kind: "user", id: "" }],
    ["more than it may", { kind: "user", id: "x", before: 1 }],
  ])("revokes nobody for a body that names %s", async (_, body) => {
    expect((await revoke(body)).status).toBe(400);
  });

  test("lets a viewer see and not revoke, and writes down who revoked whom", async () => {
    expect((await revoke({ kind: "user", id: "user-eve" }, "viewer")).status).toBe(403);
    expect(await list("?user=user-eve")).toMatchObject([{ ended: null }]);
    const { status, text } = await revoke({ kind: "email", id: "EVE@example.com" });
    expect([status, JSON.parse(text)]).toEqual([200, { revoked_before: NOW, durable: false }]);
    expect(await list("?user=user-eve")).toMatchObject([{ ended: "session_revoked" }]);
    expect(service.logged("revoked").at(-1)).toMatchObject({ kind: "email", id: "eve@example.com" });
    expect(
      await service.success(await service.ask("wiki", { claims: { identity: personNamed("eve") } })),
    ).toBe(false);
  });

  test("says that nothing was revoked where the store is down", async () => {
    faulty.before = STORE_DOWN;
    const reply = await revoke({ kind: "user", id: "user-bob" });
    faulty.before = () => {};
    expect([reply.status, JSON.parse(reply.text).error.code]).toEqual([503, "unavailable"]);
  });
});

describe("its OpenAPI document", () => {
  test("is for viewers, and tells of everything that there is", async () => {
    expect((await service.admin("/v1/openapi.json")).status).toBe(401);
    const { text } = await service.admin("/v1/openapi.json", { role: "viewer" });
    const { openapi, paths } = JSON.parse(text);
    expect(openapi).toBe("3.1.0");
    for (const { method, path, action } of ADMIN_OPERATIONS) {
      expect(paths[path][method.toLowerCase()].operationId).toBe(action);
      expect((await service.admin(path, { method })).status).toBe(401);
    }
    expect(Object.keys(paths).length).toBe(ADMIN_OPERATIONS.length);
  });
});

describe("postern sessions", () => {
  test("list is a table for people", async () => {
    const { code, out } = await run(["list", "--user", "user-bob"]);
    expect(code).toBe(0);
    expect(out).toMatch(/State +Address +User/);
    expect(out).toMatch(/live +bob@example.com +user-bob +laptop-of-bob/);
  });

  test("show tells what is known, and --json tells it to scripts", async () => {
    const [{ id = "" } = {}] = await list("?user=user-bob");
    expect((await run(["show", id])).out).toMatch(/identity.email +"bob@example.com"/);
    expect(JSON.parse((await run(["show", id, "--json"])).out).session.id).toBe(id);
    expect(await run(["show", "nobody"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("no session"),
    });
  });

  test("revoke ends a session, and says how far", async () => {
    const [{ id = "" } = {}] = await list("?user=user-bob");
    const { code, out, err } = await run(["revoke", "--session", id]);
    expect([code, out]).toEqual([
      0,
      `Logins of session ${id} up to ${new Date(NOW).toISOString()} are over.\n`,
    ]);
    expect(err).toContain("one place only");
    expect((await run(["list", "--email", "bob@example.com"])).out).toContain("session_revoked");
  });

  test("revoke wants to know whose, once", async () => {
    expect((await run(["revoke"])).code).toBe(2);
    expect((await run(["revoke", "--user", "a", "--email", "b@example.com"])).code).toBe(2);
  });

  test("tells a viewer that they may not", async () => {
    const { code, err } = await run(["revoke", "--user", "user-ada"], ADMIN_TOKENS.viewer);
    expect([code, err]).toEqual([2, "postern: the role of this token does not permit that\n"]);
    expect(await list("?user=user-ada")).toMatchObject([{ ended: null }, { ended: null }]);
  });
});
