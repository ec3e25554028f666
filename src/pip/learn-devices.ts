import type { Clock } from "../clock.ts";
import type { FactName } from "../core/attribute.ts";
import type { Facts } from "../core/fact.ts";
import type { Key } from "../store/store.ts";
import { createGatherer, type Gatherer } from "./gather.ts";
import { type PollSubject, pollProvider } from "./poll.ts";
import type { Provider } from "./provider.ts";
import { createRegistry, type Registry } from "./registry.ts";
import { type FactStore, nameOfKey, storeFacts } from "./store-facts.ts";
import type { StoreEntry } from "./stored-fact.ts";

export interface DeviceLearnerOptions {
  readonly registry: Registry;
  readonly store: FactStore;
  readonly clock: Clock;
  /** Subjects in one batch of a provider. */
  readonly batchOf: (provider: Provider) => number;
  readonly deadlineMs: number;
}

/**
 * Brings the facts named in `wanted` of many devices: those that are stored, and of devices of which a
 * provider has said nothing yet what it answers in time. Throws `StoreError`.
 */
export type LearnDevices = (
  devices: readonly PollSubject[],
  wanted: readonly FactName[],
) => Promise<readonly Facts[]>;

type Stored = Map<string, string | null>;

export function createDeviceLearner(options: DeviceLearnerOptions): LearnDevices {
  const { registry, store, clock, batchOf, deadlineMs } = options;
  const reader = createReader(registry, clock);

  const valuesOf = (keys: readonly Key[], stored: Stored) =>
    keys.map((key) => stored.get(nameOfKey(key)) ?? null);

  async function read(each: PollSubject, wanted: readonly FactName[], stored: Stored): Promise<Facts> {
    const values = valuesOf(reader.storeKeys(each.subject, wanted), stored);
    return (await reader.gather(each.subject, wanted, values, each.facts, 0)).facts;
  }

  /** Asks one provider about the devices of which it has said nothing that still counts. */
  async function fill(
    provider: Provider,
    names: readonly FactName[],
    devices: readonly PollSubject[],
    stored: Stored,
  ): Promise<void> {
    const open = devices.filter(({ subject }) => {
      const keys = reader.storeKeys(subject, names);
      return keys.length > 0 && valuesOf(keys, stored).every((value) => value === null);
    });
    const size = batchOf(provider);
    for (let start = 0; start < open.length; start += size) {
      const batch = open.slice(start, start + size);
      const { needs } = provider.plugin;
      const introduced = await Promise.all(
        batch.map(async (each) => ({ ...each, facts: await read(each, needs, stored) })),
      );
      const { entries, left } = await pollProvider(registry, provider, introduced, names, clock);
      keep(entries, stored);
      if (left.length > 0) return;
    }
  }

  /** Who asks next finds it; if it cannot be stored the provider is asked again. */
  function keep(entries: readonly StoreEntry[], stored: Stored): void {
    for (const { key, value } of entries) stored.set(nameOfKey(key), value);
    storeFacts(store, entries).catch(() => {});
  }

  return async (devices, wanted) => {
    const plan = registry.plan(wanted);
    const keys = devices.flatMap(({ subject }) => [
      ...new Map(
        plan.flatMap(({ names }) => reader.storeKeys(subject, names)).map((key) => [nameOfKey(key), key]),
      ).values(),
    ]);
    const values = keys.length === 0 ? [] : await store.getMany(keys);
    const stored: Stored = new Map(keys.map((key, index) => [nameOfKey(key), values[index] ?? null]));
    const filling = (async () => {
      for (const { provider, names } of plan) await fill(provider, names, devices, stored);
    })();
    await unlessLate(filling, deadlineMs);
    return Promise.all(devices.map((each) => read(each, wanted, stored)));
  };
}

/** A gatherer that asks nobody: what is not stored is unknown. What it would store is not to be stored. */
function createReader(registry: Registry, clock: Clock): Gatherer {
  const silent = registry.providers.map(
    (provider): Provider => ({ ...provider, ask: async () => ({}), poll: null }),
  );
  const merges = new Map(
    silent.flatMap(({ plugin }) =>
      [...plugin.provides, ...Object.keys(plugin.attributes)].map(
        (attribute) => [attribute, registry.mergeOf(attribute)] as const,
      ),
    ),
  );
  const created = createRegistry(silent, merges);
  if (created.registry === null) throw new TypeError("the registry holds what no registry may hold");
  return createGatherer({ registry: created.registry, clock, storeLate: () => {} });
}

async function unlessLate(work: Promise<void>, deadlineMs: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deadlineMs);
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
