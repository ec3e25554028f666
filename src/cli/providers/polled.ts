import { type FactName, phaseOf } from "../../core/attribute.ts";
import { isFactName } from "../../core/attribute-codec.ts";
import type { CompiledPolicySet } from "../../core/compile.ts";
import type { Provider } from "../../pip/provider.ts";
import type { Registry } from "../../pip/registry.ts";
import type { ConfiguredProvider } from "./configure-providers.ts";

const INTERVAL_MS = 300_000;

/** The interval of a provider, where nobody set one. */
export function pollIntervalOf(configuredMs: number | null): number {
  return configuredMs ?? INTERVAL_MS;
}

/**
 * Whether a provider is polled: one that says something of people or devices that changes while a session
 * lives, and that can answer for many or was given an interval. Addresses are as many as requests bring.
 */
export function isPolled(registry: Registry, provider: Provider, configured: ConfiguredProvider): boolean {
  const roots = registry.rootsOf(provider);
  const { provides, attributes } = provider.plugin;
  const names = [...provides, ...Object.keys(attributes)];
  const changes = names.some((name) => !isFactName(name) || phaseOf(name) === "continuous");
  const can = provider.poll !== null || configured.intervalMs !== null;
  return can && changes && roots.length > 0 && !roots.includes("address");
}

/** The facts that some application asks for and that change while a session lives. */
export function watchedFacts({ applications }: CompiledPolicySet): readonly FactName[] {
  const names = [...applications.values()].flatMap(({ requirements }) => requirements);
  return [...new Set(names)].filter((name) => phaseOf(name) === "continuous");
}
