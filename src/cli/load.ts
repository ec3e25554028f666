import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { type LoadedConfig, loadConfig } from "../config/load-config.ts";
import { loadPolicies } from "../config/policies/load-policies.ts";
import type { PolicySet } from "../core/model.ts";
import { type Fault, wholeOf } from "../core/place.ts";
import type { Registry } from "../pip/registry.ts";
import { findMismatches, findSlips } from "./find-mismatches.ts";
import type { CliIo } from "./io.ts";
import { type ConfiguredProvider, configureProviders } from "./providers/configure-providers.ts";

export const CONFIG_OPTION = ["-c, --config <file>", "the configuration file", "postern.yaml"] as const;
export const JSON_OPTION = ["--json", "answer in JSON, for scripts"] as const;

/** A configuration with its providers and its policies, or everything that is wrong with them. */
export type Loaded =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly policySet: PolicySet;
      readonly registry: Registry<ConfiguredProvider>;
      readonly warnings: readonly Fault[];
      /** What the configuration was made of. */
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Loads the configuration at `path`, and the policies and the plugins it names. Starts nothing. */
export async function loadAll(path: string, io: Pick<CliIo, "cwd" | "env">): Promise<Loaded> {
  const { config, policies: where, faults, files } = await loadConfigAt(path, io);
  const policies = where === null ? null : await loadPolicies(where);
  const policySet = policies?.policySet ?? null;
  const providers = config === null ? null : await configureProviders(config);
  const registry = providers?.registry ?? null;
  const mismatches =
    config === null || policySet === null
      ? []
      : findMismatches(config, registry ?? { providers: [] }, policySet);
  const found = [...faults, ...(providers?.faults ?? []), ...mismatches, ...(policies?.faults ?? [])];
  if (config === null || policySet === null || registry === null || found.length > 0) {
    return { ok: false, faults: found };
  }
  const warnings = [...config.warnings, ...findSlips(config, registry, policySet)];
  return { ok: true, config, policySet, registry, warnings, files };
}

/** Loads the configuration at `path`; where there is none, the fault says how to come by one. */
export async function loadConfigAt(
  path: string,
  { cwd, env }: Pick<CliIo, "cwd" | "env">,
): Promise<LoadedConfig> {
  const file = resolve(cwd, path);
  if (existsSync(file)) return loadConfig(file, env);
  const message = "there is no such file; `postern init` writes one, --config names another";
  return { config: null, policies: null, faults: [{ place: wholeOf(file), message }], files: [file] };
}
