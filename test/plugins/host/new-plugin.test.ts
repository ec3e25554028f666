import { describe, expect, test } from "bun:test";
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { blocksOf } from "../../docs/pages.ts";
import { TOP } from "../../meta/source-files.ts";
import { CONFIG, Workspace } from "../../support/run-verb.ts";

describe("postern new-plugin", () => {
  test("writes a plugin that passes its own test at once, compiles, and is in order", async () => {
    using workspace = new Workspace();
    const { code, out } = await workspace.run(["new-plugin", "asset-tags"]);
    expect(code).toBe(0);
    expect(out).toContain("bun test ./plugins/asset-tags/asset-tags.test.ts");
    const folder = join(workspace.folder, "plugins/asset-tags");
    expect((await readdir(folder)).toSorted()).toEqual([
      "README.md",
      "asset-tags.test.ts",
      "index.ts",
      "tsconfig.json",
    ]);
    const run = (...command: string[]) =>
      Bun.spawn(command, { cwd: workspace.folder, stdout: "pipe", stderr: "pipe" });
    const tested = run(process.execPath, "test", "./plugins/asset-tags/asset-tags.test.ts");
    expect(await tested.stderr.text()).toContain(" 0 fail");
    expect(await tested.exited).toBe(0);
    const compiled = run(join(TOP, "node_modules/.bin/tsc"), "-p", folder);
    expect(await compiled.stdout.text()).toBe("");
  }, 180_000);

  test("writes a README whose configuration, policy and tests are in order as they are", async () => {
    using workspace = new Workspace();
    await workspace.run(["new-plugin", "asset-tags"]);
    const path = "plugins/asset-tags/README.md";
    const page = { path, text: await workspace.read(path) };
    const [providers = "", policies = "", tests = ""] = blocksOf(page).map(({ text }) => text);
    await workspace.write({
      "postern.yaml": CONFIG + providers,
      "policies.yaml": policies,
      "policies.test.yaml": tests,
    });
    const env = { ASSET_TAGS_TOKEN: "a token" };
    expect(await workspace.run(["check"], env)).toMatchObject({ code: 0 });
    expect(await workspace.run(["test"], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining("3 passed, 0 failed"),
    });
    expect(await workspace.run(["check"], { ASSET_TAGS_TOKEN: "" })).toMatchObject({ code: 2 });
    const { out } = await workspace.run(["check"], { ASSET_TAGS_TOKEN: "" });
    expect(out).toContain("empty");
  });

  test("says how Postern is called from where it was run", async () => {
    using workspace = new Workspace();
    const next = async (env: Readonly<Record<string, string>>, name: string) =>
      (await workspace.run(["new-plugin", name], env)).out;
    expect(await next({}, "one")).toContain("src/main.ts check ");
    await workspace.write({ "bin/postern": "" });
    await chmod(join(workspace.folder, "bin/postern"), 0o755);
    expect(await next({ PATH: join(workspace.folder, "bin") }, "two")).toContain("\n  postern check ");
  });

  test("overwrites nothing", async () => {
    using workspace = new Workspace();
    await workspace.write({ "plugins/tags/README.md": "mine" });
    const { code, err } = await workspace.run(["new-plugin", "tags"]);
    expect({ code, err }).toEqual({
      code: 2,
      err: "postern: plugins/tags/README.md is there already, and nothing is overwritten\n",
    });
    expect(await readdir(join(workspace.folder, "plugins/tags"))).toEqual(["README.md"]);
  });

  test.each(["../evil", "Tags", "geoip", ".", "a/b"])("takes no name such as %s", async (name) => {
    using workspace = new Workspace();
    expect((await workspace.run(["new-plugin", name])).code).toBe(2);
    expect(await readdir(workspace.folder)).toEqual([]);
  });
});
