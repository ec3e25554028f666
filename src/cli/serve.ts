import cluster from "node:cluster";
import { resolve } from "node:path";
import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import { findSharingConflicts } from "../config/find-proxy-conflicts.ts";
import { loadConfig } from "../config/load-config.ts";
import { messageAt } from "../config/path.ts";
import { MAX_WORKERS } from "../config/postern-schema.ts";
import { startService } from "./compose.ts";
import { type CliIo, EXIT, UsageError } from "./io.ts";
import type { ConfigSource } from "./live-config.ts";
import { CONFIG_OPTION, loadAll } from "./load.ts";
import type { AddVerb } from "./program.ts";
import { renderFaults, renderWarnings } from "./report-faults.ts";
import { renderTable } from "./terminal.ts";
import { serveWorker } from "./workers/serve-worker.ts";
import { startFleet } from "./workers/start-fleet.ts";

/** SIGTERM: accepted work is finished, and the process gone, within ten seconds. */
const DRAIN_MS = 9_000;

/** `postern serve`: runs until SIGTERM or SIGINT; SIGHUP loads the configuration and the policies anew. */
export const addServe: AddVerb = (program, io, done) => {
  program
    .command("serve")
    .description("run the service")
    .option(...CONFIG_OPTION)
    .option("--workers <count>", "processes that share the listeners; the configuration's, or one", readCount)
    .action(async ({ config: path, workers }: { config: string; workers?: number }) => {
      const loaded = await loadAll(path, io);
      if (!loaded.ok) {
        io.err(renderFaults(loaded.faults, io));
        return done(EXIT.misuse);
      }
      const config = withWorkers(loaded.config, workers);
      const source = sourceOf(path, loaded.files, workers, io);
      const stopped = untilAborted(io.signal);
      if (cluster.isWorker) {
        return serveWorker({ config, source, clock: systemClock, env: io.env, stopped, drainMs: DRAIN_MS });
      }
      io.err(renderWarnings(loaded.warnings, io));
      const service = await (config.workers === 1
        ? startService({ config, source, clock: systemClock })
        : startFleet(config, source, systemClock)
      ).catch(refuse);
      io.out(`${renderTable(service.listeners.map(({ name, url }) => [name, url]))}\n`);
      const reload = () => void service.reload();
      process.on("SIGHUP", reload);
      await stopped;
      process.off("SIGHUP", reload);
      await service.stop(DRAIN_MS);
    });
};

/** The same configuration, each time that it is looked for anew. */
function sourceOf(
  path: string,
  files: readonly string[],
  workers: number | undefined,
  { cwd, env }: Pick<CliIo, "cwd" | "env">,
): ConfigSource {
  return {
    files,
    async load() {
      const loaded = await loadConfig(resolve(cwd, path), env);
      return loaded.config === null ? loaded : { ...loaded, config: withWorkers(loaded.config, workers) };
    },
  };
}

function withWorkers(config: Config, workers = config.workers): Config {
  const changed = { ...config, workers };
  for (const { path, message } of findSharingConflicts(changed)) {
    throw new UsageError(`--workers ${workers}: ${messageAt(path, message)}`);
  }
  return changed;
}

function readCount(text: string): number {
  if (!/^[1-9]\d?$/.test(text) || Number(text) > MAX_WORKERS)
    throw new UsageError(`--workers takes a number from 1 to ${MAX_WORKERS}`);
  return Number(text);
}

/** Whatever keeps Postern from starting is told in words: a port that is taken, a wrong passphrase, a lost store. */
function refuse(cause: unknown): never {
  throw new UsageError(cause instanceof Error ? cause.message : "Postern could not be started", { cause });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
