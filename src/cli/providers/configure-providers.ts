import { resolve } from "node:path";
import { checkSchema } from "../../config/check-schema.ts";
import type { Config, ProviderConfig } from "../../config/config.ts";
import { type Fault, renderFault } from "../../core/place.ts";
import { closeObject } from "../../pip/close-schema.ts";
import { type DescribedProvider, describeProvider } from "../../pip/described-provider.ts";
import { fillDefaults } from "../../pip/fill-defaults.ts";
import type { Merge } from "../../pip/merge-facts.ts";
import { DEFAULT_SETTINGS, type ProviderSettings } from "../../pip/provider-settings.ts";
import { createRegistry, type Registry } from "../../pip/registry.ts";
import { resolvePaths } from "../../pip/resolve-paths.ts";
import type { Plugin } from "../../plugin.ts";
import { findIdleMerges } from "./idle-merges.ts";
import { loadPlugin, PluginError } from "./load-plugin.ts";

/** A provider whose configuration is in order, not started. */
export interface ConfiguredProvider extends DescribedProvider {
  /** As its plugin is loaded, whatever the configuration makes of it. */
  readonly loaded: Plugin;
  /** Meets the plugin's schema. */
  readonly options: unknown;
  readonly settings: ProviderSettings;
  /** Time between two polls of one subject; null where nobody said. */
  readonly intervalMs: number | null;
  /** Subjects in one poll; null where nobody said. */
  readonly batch: number | null;
}

export interface ConfiguredProviders {
  /** Null where there is any fault. */
  readonly registry: Registry<ConfiguredProvider> | null;
  readonly faults: readonly Fault[];
}

/** Loads the plugins that the configuration names and checks what they are given. Starts nothing; never throws. */
export async function configureProviders(config: Config): Promise<ConfiguredProviders> {
  const results = await Promise.all(config.providers.map((each) => configureProvider(each, config.folder)));
  const faults = results.flatMap((result) => ("faults" in result ? result.faults : []));
  if (faults.length > 0) return { registry: null, faults };
  const providers = results.flatMap((result) => ("faults" in result ? [] : [result]));
  const { registry, faults: conflicts } = createRegistry(providers, mergesOf(config));
  const idle = findIdleMerges(config, providers);
  return { registry: idle.length === 0 ? registry : null, faults: [...conflicts, ...idle] };
}

/** `configureProviders`, but throws `PluginError` where there is any fault. */
export async function configureAllProviders(config: Config): Promise<Registry<ConfiguredProvider>> {
  const { registry, faults } = await configureProviders(config);
  if (registry === null) throw new PluginError(faults.map(renderFault).join("\n"));
  return registry;
}

export function mergesOf({ merges }: Config): ReadonlyMap<string, Merge> {
  return new Map(Object.entries(merges));
}

async function configureProvider(
  provider: ProviderConfig,
  folder: string,
): Promise<ConfiguredProvider | { readonly faults: readonly Fault[] }> {
  const { use, place, options, intervalMs, batch } = provider;
  try {
    const loaded = await loadPlugin(use);
    const schema = closeObject(loaded.config);
    const checked = checkSchema(schema, { ...options, value: fillDefaults(schema, options.value) });
    if (!("value" in checked)) return { faults: checked.faults.map((fault) => within(fault, loaded.name)) };
    const resolved = resolvePaths(schema, checked.value, (path) => resolve(folder, path));
    const described = describeProvider(loaded, resolved, place);
    return {
      ...described,
      loaded,
      options: resolved,
      settings: settingsOf(provider),
      intervalMs,
      batch,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : "the plugin cannot be used";
    return { faults: [{ place, message: error instanceof PluginError ? message : `${use}: ${message}` }] };
  }
}

function within({ place, message }: Fault, plugin: string): Fault {
  return { place, message: `config of ${plugin}: ${message}` };
}

/** Facts count for two intervals, so that one poll may fail. */
function settingsOf(config: ProviderConfig): ProviderSettings {
  const { expiresMs, intervalMs, timeoutMs, concurrency, maxResponseBytes, reach } = config;
  const twice = intervalMs === null ? DEFAULT_SETTINGS.expiresMs : 2 * intervalMs;
  return {
    expiresMs: expiresMs ?? Math.max(DEFAULT_SETTINGS.expiresMs, twice),
    timeoutMs: timeoutMs ?? DEFAULT_SETTINGS.timeoutMs,
    concurrency: concurrency ?? DEFAULT_SETTINGS.concurrency,
    maxResponseBytes: maxResponseBytes ?? DEFAULT_SETTINGS.maxResponseBytes,
    reach,
  };
}
