import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
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
    const rule =
      "{ name: content, type: attribute, input: { attribute: own.asset-tags.score, operator: '>=', value: 80 } }";
    await workspace.write({
      "postern.yaml": `${CONFIG}providers: [{ use: ./plugins/asset-tags, config: { url: "https://x.example.com", token: t } }]`,
      "policies.yaml": `posture_rules: [${rule}]`,
    });
    expect(await workspace.run(["check"])).toMatchObject({ code: 0 });
  }, 30_000);

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
