import type { Clock } from "../../clock.ts";
import type { Config } from "../../config/config.ts";
import type { FactName } from "../../core/attribute.ts";
import { renderFault } from "../../core/place.ts";
import type { ProviderFigures } from "../../observe/provider-metrics.ts";
import { createGatherer, type Gatherer } from "../../pip/gather.ts";
import type { PollSubject } from "../../pip/poll.ts";
import { createPollRounds } from "../../pip/polling/poll-rounds.ts";
import type { Scheduler } from "../../pip/polling/scheduler.ts";
import { type Provider, startProvider } from "../../pip/provider.ts";
import { createRegistry, type Registry } from "../../pip/registry.ts";
import { storeFacts } from "../../pip/store-facts.ts";
import type { Check } from "../../server/admin/admin-app.ts";
import { withDeadline } from "../../server/deadline.ts";
import type { Store } from "../../store/store.ts";
import { type ConfiguredProvider, mergesOf } from "./configure-providers.ts";
import { PluginError } from "./load-plugin.ts";
import { isPolled, pollIntervalOf } from "./polled.ts";

/** The providers at work, and what they know. */
export interface Pip {
  readonly registry: Registry;
  readonly gatherer: Gatherer;
  /** Subjects in one batch of a provider. */
  readonly batchOf: (provider: Provider) => number;
  /** How they fare, for whoever asks whether Postern is ready: it is, with any of them silent. */
  checks(): readonly Check[];
  figures(): Promise<readonly ProviderFigures[]>;
  /** Begins to poll those that are to be polled. Throws where the work cannot be shared out. */
  startPolling(): Promise<void>;
  /** No further poll is begun; resolves once those under way have ended. */
  stopPolling(): Promise<void>;
}

export interface PipOptions {
  readonly config: Config;
  /** Its providers. */
  readonly configured: Registry<ConfiguredProvider>;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: (message: string) => void;
  /** Everyone who is watched now. */
  readonly subjects: () => AsyncIterable<PollSubject>;
  /** The facts that applications and scores ask for, and that change while a session lives. */
  readonly wanted: () => readonly FactName[];
  /** Called where anybody is to be polled. */
  readonly openScheduler: () => Scheduler;
  /** What is opened is closed with it. */
  readonly opened: AsyncDisposableStack;
}

/** A plugin sets itself up from its configuration; what it takes longer for is no set-up. */
const SETUP_TAKES_AT_MOST_MS = 10_000;
const BATCH = 100;

/** Starts the providers of the configuration; nothing is polled yet. Throws `PluginError`. */
export async function openPip(options: PipOptions): Promise<Pip> {
  const { config, configured, store, clock, opened } = options;
  const started = new Map<Provider, ConfiguredProvider>();
  for (const each of configured.providers) started.set(await start(each, options), each);
  const { registry, faults } = createRegistry([...started.keys()], mergesOf(config));
  if (registry === null) throw new PluginError(faults.map(renderFault).join("\n"));
  const gatherer = createGatherer({
    registry,
    clock,
    storeLate: (entries) => void storeFacts(store, entries).catch(() => {}),
  });
  const polled = [...started].filter(([provider, each]) => isPolled(registry, provider, each));
  const scheduler = polled.length === 0 ? null : options.openScheduler();
  let closed: Promise<void> | null = null;
  const stopPolling = async () => {
    closed ??= scheduler?.close() ?? Promise.resolve();
    await closed;
  };
  opened.defer(stopPolling);
  const batchOf = (provider: Provider) => started.get(provider)?.batch ?? BATCH;
  const rounds = polled.map(([provider, { settings, intervalMs }]) =>
    createPollRounds(
      { registry, gatherer, store, clock, subjects: options.subjects, wanted: options.wanted },
      {
        provider,
        intervalMs: pollIntervalOf(intervalMs),
        batch: batchOf(provider),
        // The other half is left for requests.
        concurrency: Math.max(1, Math.floor(settings.concurrency / 2)),
        timeoutMs: settings.timeoutMs,
      },
    ),
  );
  const lagOf = async (provider: Provider) =>
    polled.some(([other]) => other === provider) ? (scheduler?.lagMs(provider.name) ?? null) : null;
  return {
    registry,
    gatherer,
    batchOf,
    async startPolling() {
      for (const each of rounds) await scheduler?.start(each);
    },
    stopPolling,
    checks: () =>
      registry.providers.map((provider) => {
        const { breaker, lastFailure, retryAfterMs } = provider.health();
        const wish = retryAfterMs === 0 ? "" : `, and is not asked for ${Math.ceil(retryAfterMs / 1000)} s`;
        const detail =
          breaker === "closed" ? null : `does not answer: ${lastFailure?.why ?? "failed"}${wish}`;
        return { name: `provider ${provider.name}`, ok: detail === null, vital: false, detail };
      }),
    figures: () =>
      Promise.all(
        registry.providers.map(async (provider) => {
          const { breaker, inFlight, lagMs, retryAfterMs } = provider.health();
          return {
            name: provider.name,
            isAnswering: breaker === "closed",
            inFlight,
            sinceAnswerMs: lagMs,
            pollLagMs: await lagOf(provider),
            retryAfterMs,
          };
        }),
      ),
  };
}

async function start(each: ConfiguredProvider, { clock, log, opened }: PipOptions): Promise<Provider> {
  const { loaded, name, place, options: config, settings } = each;
  const starting = startProvider(loaded, { place, config, settings, clock, log });
  const provider = await withDeadline(starting, SETUP_TAKES_AT_MOST_MS).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : "its set-up failed";
    throw new PluginError(
      `${renderFault({ place, message: `provider ${name} cannot be started: ${why}` })}`,
      {
        cause,
      },
    );
  });
  opened.defer(() => provider.dispose());
  return provider;
}
