import { randomBytes } from "node:crypto";
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config/config.ts";
import { createLog } from "../../observe/log.ts";
import { type Service, startService } from "../compose.ts";
import type { ConfigSource } from "../live-config.ts";
import { startWorkers } from "./worker-group.ts";

/**
 * Postern in several processes: this one administers and polls, its workers share the ports of the public
 * listener and of the proxies, which the system spreads connections over. Throws what keeps one from starting.
 */
export async function startFleet(config: Config, source: ConfigSource, clock: Clock): Promise<Service> {
  const redactKey = randomBytes(32);
  const workers = await startWorkers(config, redactKey, createLog({ clock, level: "info" }));
  const opened = new AsyncDisposableStack();
  opened.defer(() => workers.stop(0));
  try {
    const lead = await startService({ config, source, clock, part: "administration", redactKey, workers });
    opened.move();
    return {
      ...lead,
      listeners: [...workers.listeners, ...lead.listeners],
      async reload() {
        workers.tell({ kind: "reload" });
        await lead.reload();
      },
      async stop(patienceMs) {
        const endsAt = performance.now() + patienceMs;
        // The administration is the last to go: it tells that the others are draining.
        await workers.stop(patienceMs);
        await lead.stop(Math.max(endsAt - performance.now(), 0));
      },
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
