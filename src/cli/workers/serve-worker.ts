import type { Clock } from "../../clock.ts";
import type { Config } from "../../config/config.ts";
import { hashRestartOnly } from "../../config/restart-only.ts";
import { startService } from "../compose.ts";
import type { ConfigSource } from "../live-config.ts";
import { type FromWorker, readToWorker } from "./messages.ts";
import { HELD_OPEN_VARIABLE, REDACT_KEY_VARIABLE } from "./worker-group.ts";

export interface ServeWorkerOptions {
  readonly config: Config;
  readonly source: ConfigSource;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves when it is to stop. */
  readonly stopped: Promise<void>;
  readonly drainMs: number;
}

/** Serves as one of several processes, until it is told to stop or the process that leads it is gone. */
export async function serveWorker(options: ServeWorkerOptions): Promise<void> {
  const { config, source, clock, env, stopped, drainMs } = options;
  const redactKey = Buffer.from(env[REDACT_KEY_VARIABLE] ?? "", "hex");
  if (env[HELD_OPEN_VARIABLE] !== hashRestartOnly(config)) {
    tell({ kind: "refused", message: "the configuration has changed in what only a restart changes" });
    return process.disconnect?.();
  }
  const abandoned = new Promise<void>((resolve) => process.once("disconnect", resolve));
  const service = await startService({ config, source, clock, part: "traffic", redactKey }).catch(
    (error: unknown) => {
      tell({
        kind: "refused",
        message: error instanceof Error ? error.message : "a worker could not be started",
      });
      return null;
    },
  );
  if (service === null) return process.disconnect?.();
  process.on("message", async (said: unknown) => {
    const message = readToWorker(said);
    if (message?.kind === "reload") await service.reload();
    if (message?.kind === "refresh_keys") await service.refreshKeys();
    if (message?.kind === "metrics") {
      tell({ kind: "metrics", question: message.question, metrics: [...(await service.metrics())] });
    }
  });
  tell({ kind: "started", listeners: [...service.listeners] });
  await Promise.race([stopped, abandoned]);
  await service.stop(drainMs);
  process.disconnect?.();
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
