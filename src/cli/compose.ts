import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import { registerConfigMetrics } from "../observe/config-metrics.ts";
import { registerKeyMetrics } from "../observe/key-metrics.ts";
import { LogWriteError, standardOutput } from "../observe/line-writer.ts";
import { createLog, type Log } from "../observe/log.ts";
import { createMetrics, type Figures } from "../observe/metrics.ts";
import { registerProcessMetrics } from "../observe/process-metrics.ts";
import { registerProviderMetrics } from "../observe/provider-metrics.ts";
import type { LogDestination } from "../observe/safe-line.ts";
import type { Check } from "../server/admin/admin-app.ts";
import { openGenerations } from "../store/generation.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { type Composition, check, compose } from "./composition.ts";
import { createKeySources } from "./key-sources.ts";
import type { Lasting } from "./lasting.ts";
import { type ConfigSource, type LiveConfig, openLiveConfig } from "./live-config.ts";
import { measureStore } from "./measure-store.ts";
import { type NamedListener, openListeners } from "./open-listeners.ts";
import { createRings, keyFigures } from "./open-rings.ts";
import type { WorkerGroup } from "./workers/worker-group.ts";

/** Postern, running. */
export interface Service {
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
  /** Loads the configuration and the policies anew; faulty ones change nothing. */
  reload(): Promise<void>;
  /** Looks for keys that another process has changed. */
  refreshKeys(): Promise<void>;
  metrics(): Promise<Figures>;
  /** Stops accepting, finishes what is under way within `patienceMs`, and lets everything go. */
  stop(patienceMs: number): Promise<void>;
}

export interface ServiceOptions {
  readonly config: Config;
  /** Where the configuration comes from; it stays as it is unless given. */
  readonly source?: ConfigSource;
  readonly clock: Clock;
  /** Stays the caller's to close; the one that is configured unless given. */
  readonly store?: Store;
  /** Where log lines go; standard output unless told. */
  readonly logDestination?: LogDestination;
  /** What this process is for, where it is one of several; for everything unless told. */
  readonly part?: "administration" | "traffic";
  /** Key of hidden values in the log, where several processes log; one of its own unless given. */
  readonly redactKey?: Uint8Array;
  /** Those that have the traffic, where this one has the administration. */
  readonly workers?: WorkerGroup;
}

/** No request takes longer: what a configuration has made is let go of so long after another one serves. */
const LONGEST_REQUEST_MS = 15_000;

/** Wires Postern together and opens its listeners. Throws where a part cannot be had; nothing is left open then. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, source, clock, part, workers, logDestination = standardOutput() } = options;
  const log = createLog({ clock, level: "info", destination: logDestination });
  const metrics = createMetrics();
  // That nothing can be logged is told once, and not in the log.
  const onFailure = (error: unknown) => {
    if (!(error instanceof LogWriteError)) log.error("an answer failed", { error });
  };
  const opened = new AsyncDisposableStack();
  let draining = false;
  let liveConfig: LiveConfig | null = null;
  const started = Promise.withResolvers<void>();
  try {
    const store = measureStore(
      options.store ?? (await openConfiguredStore(config, clock, log, opened)),
      metrics.recordStoreCall,
    );
    await openGenerations(store, clock);
    const rings = createRings(config, { store, clock }, opened);
    const keySources = createKeySources({ clock });
    const lasting: Lasting = {
      ...{ clock, log, metrics, logDestination, store, rings, keySources, part, workers, onFailure },
      redactKey: options.redactKey ?? randomBytes(32),
      checks: () => [
        check("shutdown", draining ? "shutting down" : null),
        { ...check("configuration", liveConfig?.lastError() ?? null), vital: false },
        ...(workers === undefined ? [] : [checkWorkers(workers)]),
      ],
      reload: () => void started.promise.then(reload),
    };
    let current = await compose(config, lasting, false);
    opened.defer(() => current.dispose());
    const letGo = retireLater(log, opened);

    async function change(changed: Config): Promise<void> {
      const next = await compose(changed, lasting, true);
      try {
        await next.providers.pip.startPolling();
        await keySources.settled();
      } catch (error) {
        await next.dispose();
        throw error;
      }
      const before = current;
      current = next;
      next.activate();
      letGo(before);
    }

    async function reload(): Promise<void> {
      await liveConfig?.reload();
      await current.policies.reload();
    }

    current.activate();
    await current.providers.pip.startPolling();
    registerKeyMetrics(metrics.registry, () => keyFigures(rings, config.keys.rotateEveryMs));
    registerProviderMetrics(metrics.registry, () => current.providers.pip.figures());
    opened.defer(registerProcessMetrics(metrics.registry));
    const record = registerConfigMetrics(metrics.registry);
    const listeners: NamedListener[] = [];
    opened.defer(async () => {
      await Promise.all(listeners.map(({ listener }) => listener.stop(0)));
    });
    await openListeners(config, () => current, part, listeners);
    if (source !== undefined) {
      const running = () => current.config;
      liveConfig = await openLiveConfig({
        source,
        clock,
        log,
        record,
        running,
        change,
        onChange: lasting.reload,
      });
      opened.defer(() => liveConfig?.close());
    }
    started.resolve();
    const everything = opened.move();
    return {
      listeners: listeners.map(({ name, listener }) => ({ name, url: listener.url })),
      reload,
      async refreshKeys() {
        await Promise.all(rings.byPurpose.values().map((ring) => ring.refresh()));
      },
      metrics: () => metrics.figures(),
      async stop(patienceMs) {
        draining = true;
        const endsAt = performance.now() + patienceMs;
        // The admin listener is the last: it tells that the others are draining.
        for (const { listener } of listeners) await listener.stop(Math.max(endsAt - performance.now(), 0));
        await everything.disposeAsync();
      },
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function openConfiguredStore(
  { store: url }: Config,
  clock: Clock,
  log: Log,
  opened: AsyncDisposableStack,
) {
  const store = await openStore(url, { clock, log: (message) => log.warn(message) });
  opened.defer(() => store.close());
  return store;
}

/** Lets a composition go once nothing is under way in it any more; with `opened` at once. */
function retireLater(log: Log, opened: AsyncDisposableStack): (composition: Composition) => void {
  const retired = new Map<Composition, ReturnType<typeof setTimeout>>();
  const onFailure = (error: unknown) =>
    log.warn("what an older configuration held could not be let go of", { error });
  async function dispose(composition: Composition): Promise<void> {
    clearTimeout(retired.get(composition));
    retired.delete(composition);
    await composition.dispose().catch(onFailure);
  }
  opened.defer(async () => {
    await Promise.all([...retired.keys()].map(dispose));
  });
  return (composition) => {
    composition.retire().catch(onFailure);
    const timer = setTimeout(() => void dispose(composition), LONGEST_REQUEST_MS);
    timer.unref();
    retired.set(composition, timer);
  };
}

/** The others answer for one that is being replaced. */
function checkWorkers(workers: WorkerGroup): Check {
  const missing = workers.missing();
  const detail = missing === 0 ? null : `${missing} of the workers ended and are being replaced`;
  return { ...check("workers", detail), vital: missing === workers.count };
}
