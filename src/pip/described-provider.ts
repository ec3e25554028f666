import type { Place } from "../core/place.ts";
import type { Plugin } from "../plugin.ts";
import { ProviderError } from "./provider-error.ts";

/** A configured plugin, started or not. */
export interface DescribedProvider {
  /** The plugin's, with what it is bound to: a plugin may serve several. */
  readonly name: string;
  /** Where it is configured. */
  readonly place: Place;
  readonly plugin: Plugin;
  /** Id of the identity provider whose logins it speaks of; null for any. */
  readonly idp: string | null;
  /** Id of the connection that its records of devices are of; null for any. */
  readonly connection: string | null;
}

/**
 * Describes what a configuration that meets the schema makes of a plugin. Throws `ProviderError`
 * (`config_invalid`), or what the plugin says against it.
 */
export function describeProvider(given: Plugin, config: unknown, place: Place): DescribedProvider {
  const plugin = given.configured?.(config) ?? given;
  const idp = readBinding(plugin, config, plugin.idp, "the identity provider");
  const connection = readBinding(plugin, config, plugin.connection, "the connection");
  const name = [plugin.name, idp, connection].filter((part) => part !== null).join(":");
  return { name, place, plugin, idp, connection };
}

function readBinding(plugin: Plugin, config: unknown, key: string | null, what: string): string | null {
  if (key === null) return null;
  const id: unknown = Object.getOwnPropertyDescriptor(config, key)?.value;
  if (typeof id === "string" && id !== "") return id;
  throw new ProviderError("config_invalid", `plugin ${plugin.name}: its config must name ${what} at /${key}`);
}
