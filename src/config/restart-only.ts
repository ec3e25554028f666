import type { Config } from "./config.ts";

/** What is opened once and held open: listeners, the store, processes, keys. */
const OPENED_AT_START: Readonly<Record<string, (config: Config) => unknown>> = {
  "listen.public": (config) => (hasPublicRoutes(config) ? config.listen.public : null),
  "listen.admin": ({ listen }) => listen.admin,
  "proxies (kind and listen)": ({ proxies }) => proxies.map(({ kind, listen }) => ({ kind, listen })),
  store: ({ store }) => store,
  workers: ({ workers }) => workers,
  keys: ({ keys }) => keys,
  "verdict.algorithm": ({ verdict }) => verdict.algorithm,
  "evaluate.max_concurrent_signatures": ({ evaluate }) => evaluate.maxConcurrentSignatures,
};

/** The settings in which two configurations differ and that only a restart changes, by name. */
export function findRestartOnly(running: Config, changed: Config): readonly string[] {
  return Object.entries(OPENED_AT_START)
    .filter(([, read]) => !Bun.deepEquals(read(running), read(changed), true))
    .map(([name]) => name);
}

/** Tells configurations apart that differ in such a setting: processes that work together must agree on them. */
export function hashRestartOnly(config: Config): string {
  const values = Object.values(OPENED_AT_START).map((read) => read(config));
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(values)).digest("hex");
}

/** Whether the public listener has anything to answer; without, it is not opened. */
export function hasPublicRoutes({ access, proxies, postureScores }: Config): boolean {
  return access !== null || proxies.length > 0 || postureScores.length > 0;
}
