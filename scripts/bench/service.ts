import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { PlayedEdge } from "./played-edge.ts";
import { pinned, type RunningServer, startServer } from "./processes.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** Writes a configuration with these policies into `folder`: an SQLite store, and keys that are kept. */
export async function writeConfiguration(
  folder: string,
  edge: Pick<PlayedEdge, "teamDomain" | "certsUrl">,
  policies: object,
): Promise<void> {
  await mkdir(join(folder, "keys"), { mode: 0o700, recursive: true });
  await Bun.write(join(folder, "policies.json"), JSON.stringify(policies));
  const config = {
    public_url: "https://postern.example.com",
    listen: { public: "127.0.0.1:0" },
    store: "sqlite:./postern.db",
    access: { team_domain: edge.teamDomain, certs_url: edge.certsUrl },
    policies: "./policies.json",
    keys: { directory: "./keys", passphrase: "only for benchmarks" },
  };
  await Bun.write(join(folder, "postern.yaml"), JSON.stringify(config));
}

/** Starts `postern serve` as anybody would, on one core where one is given; every decision is logged to a file. */
export function startService(folder: string, core?: number): Promise<RunningServer> {
  const command = [process.execPath, MAIN, "serve", "--config", join(folder, "postern.yaml")];
  const log = join(folder, `service-${core ?? "any"}-${crypto.randomUUID()}.log`);
  return startServer(
    core === undefined ? command : pinned(core, command),
    log,
    (text) => /^public\s+(http:\S+)\n/.exec(text)?.[1] ?? null,
  );
}
