import { describe, expect, test } from "bun:test";
import { CONFIG, PLUGIN_DOOR, Workspace } from "../support/run-verb.ts";

const HR = `
import { definePlugin, t } from "${PLUGIN_DOOR}";
export default definePlugin({
  name: "hr",
  provides: [],
  needs: ["identity.email", "own.site"],
  attributes: { "own.hr.on_call": t.Boolean(), "own.hr.teams": t.Array(t.String()), "own.hr.days": t.Number() },
  config: t.Object({ broken: t.Boolean({ default: false }) }),
  setup: ({ broken }, host) => {
    if (broken) throw new Error("the directory is locked");
    return {
      resolve(subject) {
        host.log("asked");
        const isAda = subject["identity.email"] === "ada@example.com" && subject["own.site"] === 7;
        return { "own.hr.on_call": isAda, "own.hr.teams": null };
      },
    };
  },
});`;

const SITES = `
import { definePlugin, t } from "${PLUGIN_DOOR}";
export default definePlugin({
  name: "sites",
  provides: [],
  needs: ["device.id"],
  attributes: { "own.site": t.Number() },
  config: t.Object({}),
  setup: () => ({ resolve: () => ({ "own.site": 7 }) }),
});`;

async function ask(args: readonly string[], config = "") {
  using workspace = new Workspace();
  const providers = `providers: [{ use: ./hr.ts${config} }, { use: ./sites.ts }]`;
  await workspace.write({ "postern.yaml": CONFIG + providers, "hr.ts": HR, "sites.ts": SITES });
  return await workspace.run(["ask", ...args]);
}

const ADA = ["hr", "identity.email=Ada@example.com", "own.site=7"];

describe("postern ask", () => {
  test("tells each attribute: known, absent or unknown, and how long it took", async () => {
    const { code, out, err } = await ask(ADA);
    expect(out).toMatch(/^own\.hr\.on_call {2}known +true +0 s old$/m);
    expect(out).toMatch(/^own\.hr\.teams {4}absent +0 s old$/m);
    expect(out).toMatch(/^own\.hr\.days {5}unknown {2}missing$/m);
    expect(out).toMatch(/^hr took \d+ ms$/m);
    expect(err).toBe("provider hr: asked\n");
    expect(code).toBe(1);
  });

  test("ends with 0 where nothing is unknown", async () => {
    expect(await ask(["sites", "device.id=a"])).toMatchObject({ code: 0 });
  });

  test("answers scripts in JSON", async () => {
    const { out } = await ask([...ADA, "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      provider: "hr",
      took_ms: expect.any(Number),
      facts: { "own.hr.on_call": { state: "known", value: true }, "own.hr.days": { state: "unknown" } },
    });
  });

  test.each([
    [["pets", "identity.email=a@b.example"], "no provider has that name; there are hr, sites"],
    [["hr", "identity.email=ada@example.com"], "the plugin asks by own.site=…, too"],
    [["hr", "device.id=a"], 'the plugin does not ask by "device.id"; give identity.email=… own.site=…'],
    [["hr", "identity.email=ada", "own.site=7"], "identity.email cannot have that value"],
  ])("%j is told what is wrong", async (args, message) => {
    expect(await ask(args)).toMatchObject({ code: 2, out: "", err: `postern: ${message}\n` });
  });

  test("tells why a provider cannot be started", async () => {
    const { code, err } = await ask(ADA, ", config: { broken: true }");
    expect({ code, err }).toEqual({
      code: 2,
      err: "postern: provider hr cannot be started: the directory is locked\n",
    });
  });

  test("tells what is wrong with the configuration", async () => {
    const { code, err } = await ask(ADA, ", config: { brokn: true }");
    expect(code).toBe(2);
    expect(err).toContain('config of hr: unknown key "brokn"; did you mean "broken"?');
  });
});
