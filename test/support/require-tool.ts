import { SERVERS, type Server } from "../../scripts/servers.ts";

/**
 * Whether the program `name` is on the PATH; for `describe.if(requireTool("nginx"))(…)`.
 * A missing one is told once per test file. Under POSTERN_TEST_REQUIRE=all it is an error instead,
 * but for programs that no package provides (Envoy, Traefik).
 */
export function requireTool(name: Server): boolean {
  if (Bun.which(name) !== null) return true;
  if (process.env.POSTERN_TEST_REQUIRE === "all" && SERVERS[name] !== null) {
    throw new Error(
      `${name} is not installed, and POSTERN_TEST_REQUIRE=all demands it: ${howToInstall(name)}`,
    );
  }
  console.error(`skipped: ${Bun.main}: ${name} is not installed`);
  return false;
}

function howToInstall(name: Server): string {
  return `run the tests as root on Debian, or install the package ${SERVERS[name]}`;
}
