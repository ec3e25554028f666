import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { loadPolicies } from "../config/policies/load-policies.ts";
import type { PolicySet } from "../core/model.ts";
import type { Fault } from "../core/place.ts";
import type { Registry } from "../pip/registry.ts";
import type { CliIo } from "./io.ts";
import { type ConfiguredProvider, configureProviders } from "./providers/configure-providers.ts";
import { findScoreFaults } from "./providers/posture-scores.ts";

export const CONFIG_OPTION = ["-c, --config <file>", "the configuration file", "postern.yaml"] as const;

/** A configuration with its providers and its policies, or everything that is wrong with them. */
export type Loaded =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly policySet: PolicySet;
      readonly registry: Registry<ConfiguredProvider>;
      readonly warnings: readonly Fault[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Loads the configuration at `path`, and the policies and the plugins it names. Starts nothing. */
export async function loadAll(path: string, io: Pick<CliIo, "cwd" | "env">): Promise<Loaded> {
  const { config, policies: where, faults } = await loadConfig(resolve(io.cwd, path), io.env);
  const policies = where === null ? null : await loadPolicies(where);
  const policySet = policies?.policySet ?? null;
  const providers = config === null ? null : await configureProviders(config);
  const registry = providers?.registry ?? null;
  const scores =
    config === null || policySet === null ? [] : findScoreFaults(config.postureScores, policySet);
  const found = [...faults, ...(providers?.faults ?? []), ...scores, ...(policies?.faults ?? [])];
  if (config === null || policySet === null || registry === null || found.length > 0) {
    return { ok: false, faults: found };
  }
  return { ok: true, config, policySet, registry, warnings: config.warnings };
}
