import { expect, test } from "bun:test";
import { join } from "node:path";

const REQUIRE_TOOL = join(import.meta.dir, "../support/require-tool.ts");

/** Asks for a tool in a process of its own, whose PATH is empty. */
async function requireIn(tool: string, env: Readonly<Record<string, string>>) {
  const child = Bun.spawn(
    [
      process.execPath,
      "-e",
      `import { requireTool } from ${JSON.stringify(REQUIRE_TOOL)}; console.log(requireTool(${JSON.stringify(tool)}));`,
    ],
    { env: { PATH: "/nowhere", ...env }, stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { stdout: stdout.trim(), stderr, code };
}

test("a missing tool is told, and its tests are skipped", async () => {
  const { stdout, stderr, code } = await requireIn("nginx", {});
  expect({ stdout, code }).toEqual({ stdout: "false", code: 0 });
  expect(stderr).toMatch(/^skipped: .*: nginx is not installed$/m);
});

test("a missing tool is a failure where all are demanded", async () => {
  const { stderr, code } = await requireIn("nginx", { POSTERN_TEST_REQUIRE: "all" });
  expect(code).not.toBe(0);
  expect(stderr).toContain("nginx is not installed, and POSTERN_TEST_REQUIRE=all demands it");
});

test.each(["envoy", "traefik"])("%s, which no package provides, is optional even then", async (tool) => {
  expect(await requireIn(tool, { POSTERN_TEST_REQUIRE: "all" })).toMatchObject({ stdout: "false", code: 0 });
});
