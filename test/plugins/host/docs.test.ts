import { expect, test } from "bun:test";
import { join } from "node:path";
import { blocksOf, readPage } from "../../docs/pages.ts";
import { CONFIG, Workspace } from "../../support/run-verb.ts";

const page = await readPage("docs/plugins.md");

/** The blocks of the page in this language, in order. */
const blocks = (language: string) =>
  blocksOf(page)
    .filter((block) => block.language === language)
    .map(({ text }) => text);

test("the plugin of the page passes the test of the page, and is in order with its files", async () => {
  using workspace = new Workspace();
  await workspace.run(["new-plugin", "trust"]);
  const [plugin = "", itsTest = ""] = blocks("ts");
  const [providers = "", policies = ""] = blocks("yaml");
  await workspace.write({
    "plugins/trust/index.ts": plugin,
    "plugins/trust/trust.test.ts": itsTest,
    "postern.yaml": CONFIG + providers,
    "policies.yaml": policies,
  });
  const tested = Bun.spawn([process.execPath, "test", "./plugins/trust/trust.test.ts"], {
    cwd: workspace.folder,
    stderr: "pipe",
    stdout: "ignore",
  });
  expect(await tested.stderr.text()).toContain(" 0 fail");
  const compiled = Bun.spawn(
    [join(import.meta.dir, "../../../node_modules/.bin/tsc"), "-p", join(workspace.folder, "plugins/trust")],
    { stdout: "pipe" },
  );
  expect(await compiled.stdout.text()).toBe("");
  expect(await workspace.run(["check"], { TRUST_TOKEN: "a token" })).toMatchObject({ code: 0 });
}, 180_000);
