import type { FactName } from "../../src/core/attribute.ts";
import { codecOf } from "../../src/core/attribute-codec.ts";
import { type Facts, type FactsDraft, known } from "../../src/core/fact.ts";
import { put } from "../../src/core/fact-json.ts";
import { parseRange } from "../../src/core/ip-address.ts";
import type { Reach } from "../../src/pip/address-guard.ts";
import { createGatherer, type Gatherer } from "../../src/pip/gather.ts";
import type { Merge } from "../../src/pip/merge-facts.ts";
import { type Provider, type ProviderOptions, startProvider } from "../../src/pip/provider.ts";
import { DEFAULT_SETTINGS, type ProviderSettings } from "../../src/pip/provider-settings.ts";
import { createRegistry, type Registry } from "../../src/pip/registry.ts";
import type { StoreEntry } from "../../src/pip/stored-fact.ts";
import { subjectOf } from "../../src/pip/subject.ts";
import type { Plugin } from "../../src/plugin.ts";
import type { Key } from "../../src/store/store.ts";
import { NOON, NOWHERE, said } from "../support/records.ts";

/** Where the servers of these tests are. */
export const LOOPBACK: Reach = {
  hosts: [],
  ranges: [parseRange("127.0.0.0/8")].flatMap((range) => range ?? []),
};

export interface StartOptions extends Partial<Omit<ProviderOptions, "settings">> {
  readonly settings?: Partial<ProviderSettings>;
}

/** Starts a plugin at noon, with patience of a second. */
export function start(plugin: Plugin, { settings, ...options }: StartOptions = {}): Promise<Provider> {
  return startProvider(plugin, {
    place: NOWHERE,
    config: {},
    clock: () => NOON,
    log: () => {},
    settings: { ...DEFAULT_SETTINGS, reach: LOOPBACK, timeoutMs: 1_000, ...settings },
    ...options,
  });
}

export function registryOf(providers: readonly Provider[], merges?: ReadonlyMap<string, Merge>): Registry {
  const { registry, faults } = createRegistry(providers, merges);
  if (registry === null) throw new Error(faults.map(({ message }) => message).join("\n"));
  return registry;
}

/** A gatherer with a store of its own, read and written as a caller does. */
export interface Pip {
  readonly gatherer: Gatherer;
  readonly store: Map<string, StoreEntry>;
  gather(wanted: readonly FactName[], request: Facts, deadlineMs?: number): Promise<Facts>;
  put(entries: readonly StoreEntry[]): void;
}

export function pipOf(
  providers: readonly Provider[],
  merges?: ReadonlyMap<string, Merge>,
  clock: () => number = () => NOON,
): Pip {
  const store = new Map<string, StoreEntry>();
  const at = (key: Key) => JSON.stringify(key);
  const putAll = (entries: readonly StoreEntry[]) => {
    for (const entry of entries) store.set(at(entry.key), entry);
  };
  const gatherer = createGatherer({ registry: registryOf(providers, merges), clock, storeLate: putAll });
  return {
    gatherer,
    store,
    put: putAll,
    async gather(wanted, request, deadlineMs = 2_000) {
      const subject = subjectOf(request, clock());
      const stored = gatherer.storeKeys(subject, wanted).map((key) => store.get(at(key))?.value ?? null);
      const { facts, toStore } = await gatherer.gather(subject, wanted, stored, request, deadlineMs);
      putAll(toStore);
      return facts;
    },
  };
}

/** Facts of a request, from values as plugins write them. */
export function request(values: Readonly<Record<string, unknown>>): Facts {
  const facts: FactsDraft = {};
  for (const [name, value] of Object.entries(values)) {
    const fact = name as FactName;
    const decoded = codecOf(fact).decode(value);
    if (decoded === null) throw new Error(`${name} has no such value`);
    put(facts, fact, known(decoded, said("request")));
  }
  return facts;
}

/** Alice, on her laptop. */
export const ALICE = request({
  "identity.subject": "alice",
  "identity.email": "alice@example.com",
  "identity.login_method": "okta",
  "device.id": "laptop-1",
  "network.ip": "192.0.2.1",
});
