import { howToInstall, type Server } from "../../scripts/servers.ts";

/**
 * Whether the program `name` is on the PATH; for `describe.if(requireTool("nginx"))(…)`.
 * A missing one is told once per test file. Under POSTERN_TEST_REQUIRE=all it is an error instead.
 */
export function requireTool(name: Server): boolean {
  if (Bun.which(name) !== null) return true;
  if (process.env.POSTERN_TEST_REQUIRE === "all") {
    throw new Error(
      `${name} is not installed, and POSTERN_TEST_REQUIRE=all demands it: ${howToInstall(name)}`,
    );
  }
  console.error(`skipped: ${Bun.main}: ${name} is not installed`);
  return false;
}
