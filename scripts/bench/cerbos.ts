import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { BenchmarkError } from "./benchmark.ts";
import type { Person } from "./person.ts";
import { findFreePort, pinned, type RunningServer, startServer } from "./processes.ts";
import type { Scenario } from "./scenario.ts";

export const CERBOS_PATH = "/api/check/resources";

/** The binary that comes with the npm package; null on machines that it is not made for. */
export function findCerbos(): string | null {
  try {
    return createRequire(import.meta.url).resolve(`@cerbos/cerbos-${process.platform}-${process.arch}`);
  } catch {
    return null;
  }
}

/** Starts Cerbos on one core, its log, audit and telemetry off. */
export async function startCerbos(scenario: Scenario, folder: string, core: number): Promise<RunningServer> {
  const binary = findCerbos();
  if (binary === null) throw new BenchmarkError("missing_program", "cerbos has no binary for this machine");
  const policies = join(folder, "policies");
  await mkdir(policies);
  await Bun.write(join(policies, "application.json"), JSON.stringify(policyOf(scenario)));
  const url = `http://127.0.0.1:${await findFreePort()}`;
  const settings = {
    "server.httpListenAddr": url.slice("http://".length),
    "server.grpcListenAddr": `unix:${join(folder, "grpc.sock")}`,
    "storage.driver": "disk",
    "storage.disk.directory": policies,
    "storage.disk.watchForChanges": "false",
    "telemetry.disabled": "true",
  };
  const flags = Object.entries(settings).map(([name, value]) => `--set=${name}=${value}`);
  return startServer(
    pinned(core, [binary, "server", "--log-level=error", ...flags]),
    join(folder, "cerbos.log"),
    async () => ((await isServing(url)) ? url : null),
  );
}

function isServing(url: string): Promise<boolean> {
  return fetch(`${url}/_cerbos/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The question about one person, as Cerbos is asked. */
export function cerbosQuestion({ subject, email, country, ip, groups }: Person): object {
  return {
    principal: { id: subject, roles: ["user"], attr: { email, country, ip, groups } },
    resources: [{ actions: ["access"], resource: { kind: "application", id: "wiki" } }],
  };
}

function policyOf({ cerbosConditions }: Scenario): object {
  const rules = cerbosConditions.map((expr) => ({
    actions: ["access"],
    effect: "EFFECT_ALLOW",
    roles: ["user"],
    condition: { match: { expr } },
  }));
  return {
    apiVersion: "api.cerbos.dev/v1",
    resourcePolicy: { resource: "application", version: "default", rules },
  };
}
