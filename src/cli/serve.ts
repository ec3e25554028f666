import cluster from "node:cluster";
import { systemClock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import { findSharingConflicts } from "../config/find-proxy-conflicts.ts";
import { messageAt } from "../config/path.ts";
import { startService } from "./compose.ts";
import { EXIT, UsageError } from "./io.ts";
import { CONFIG_OPTION, loadAll } from "./load.ts";
import type { AddVerb } from "./program.ts";
import { renderFaults } from "./report-faults.ts";
import { renderTable } from "./terminal.ts";
import { serveWorker } from "./workers/serve-worker.ts";
import { startFleet } from "./workers/start-fleet.ts";

/** SIGTERM: accepted work is finished, and the process gone, within ten seconds. */
const DRAIN_MS = 9_000;

/** `postern serve`: runs until SIGTERM or SIGINT; SIGHUP loads the policies anew. */
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
      const stopped = untilAborted(io.signal);
      if (cluster.isWorker) {
        return serveWorker({ config, clock: systemClock, env: io.env, stopped, drainMs: DRAIN_MS });
      }
      io.err(renderFaults(loaded.warnings, io));
      const service = await (config.workers === 1
        ? startService({ config, clock: systemClock })
        : startFleet(config, systemClock)
      ).catch(refuse);
      io.out(`${renderTable(service.listeners.map(({ name, url }) => [name, url]))}\n`);
      const reload = () => void service.reload();
      process.on("SIGHUP", reload);
      await stopped;
      process.off("SIGHUP", reload);
      await service.stop(DRAIN_MS);
    });
};

function withWorkers(config: Config, workers = config.workers): Config {
  const changed = { ...config, workers };
  for (const { path, message } of findSharingConflicts(changed)) {
    throw new UsageError(`--workers ${workers}: ${messageAt(path, message)}`);
  }
  return changed;
}

function readCount(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new UsageError("--workers takes a number from 1 to 99");
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
