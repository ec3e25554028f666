import { dirname, resolve } from "node:path";
import type { Fault } from "../core/place.ts";
import { checkSchema } from "./check-schema.ts";
import type { Config } from "./config.ts";
import { decodeConfig } from "./decode-config.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { type Environment, expandVariables } from "./expand-variables.ts";
import { findConflicts, findWarnings } from "./find-conflicts.ts";
import { valueAt } from "./path.ts";
import { PosternFileSchema } from "./postern-schema.ts";
import { readSourceFile } from "./read-source-file.ts";
import { sortFaults } from "./sort-faults.ts";
import type { ReadResult } from "./source.ts";

export interface LoadedConfig {
  /** Null where there is any fault. */
  readonly config: Config | null;
  /** Where the policies are, faults or not; null where not even that can be told. */
  readonly policies: string | null;
  /** Everything that is wrong, in order of place. */
  readonly faults: readonly Fault[];
  /** What was read: the file itself, and the files it drew secrets from. */
  readonly files: readonly string[];
}

/**
 * Reads `postern.yaml`: its text, then `${…}` expanded once from `env`, then checked and completed.
 * Relative paths in it are relative to its folder. Never throws.
 */
export async function loadConfig(path: string, env: Environment): Promise<LoadedConfig> {
  return readConfig(await readSourceFile(path), path, env);
}

/** The same for a file that has been read. */
export function readConfig(read: ReadResult, path: string, env: Environment): LoadedConfig {
  if (read.source === null) return { config: null, policies: null, faults: read.faults, files: [path] };

  const expanded = expandVariables(read.source, env);
  const { source } = expanded;
  const files = [path, ...expanded.files];
  const faults = [...read.faults, ...expanded.faults];
  const folder = dirname(resolve(path));
  const named = valueAt(source.value, ["policies"]);
  const policies = typeof named === "string" ? resolve(folder, named) : null;
  const checked = checkSchema(PosternFileSchema, source);
  if (!("value" in checked)) {
    // What could not be expanded has been complained of; that it does not fit follows from it.
    const unexpanded = new Set(expanded.faults.map(({ place }) => `${place.line}:${place.column}`));
    faults.push(...checked.faults.filter(({ place }) => !unexpanded.has(`${place.line}:${place.column}`)));
    return { config: null, policies, faults: sortFaults(faults), files };
  }
  const decoded = decodeConfig(checked.value, source, folder);
  faults.push(...findConflicts(decoded, source));
  if (faults.length > 0) return { config: null, policies, faults: sortFaults(faults), files };
  const config = deepFreeze({
    ...decoded,
    revision: revisionOf(source.value),
    warnings: findWarnings(decoded, source),
  });
  return { config, policies, faults: [], files };
}

function revisionOf(value: unknown): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(value)).digest("hex");
}
