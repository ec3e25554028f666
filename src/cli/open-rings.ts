import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import { parseStoreUrl } from "../store/store-url.ts";
import { createDirectoryVault } from "../token/directory-vault.ts";
import { type KeyRing, type KeyRingOptions, openKeyRing } from "../token/key-ring.ts";
import { createStoreVault } from "../token/store-vault.ts";

/** Elliptic curves sign fast: a thousand under way are answered in a few hundredths of a second. */
const MAX_VERDICT_SIGNATURES = 1_024;

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
}

/** The keys that answer External Evaluation. Throws `TokenError`. */
export function openEvaluationRing(
  config: Config,
  parts: Parts,
  opened: AsyncDisposableStack,
): Promise<KeyRing> {
  const maxConcurrentSigns = config.evaluate.maxConcurrentSignatures;
  return openRing(config, parts, opened, {
    use: { purpose: "evaluation", algorithm: "RS256" },
    maxConcurrentSigns,
  });
}

/** The keys of the signed verdicts. Throws `TokenError`. */
export function openVerdictRing(
  config: Config,
  parts: Parts,
  opened: AsyncDisposableStack,
): Promise<KeyRing> {
  const use = { purpose: "verdict", algorithm: config.verdict.algorithm } as const;
  return openRing(config, parts, opened, { use, maxConcurrentSigns: MAX_VERDICT_SIGNATURES });
}

async function openRing(
  { store: url, keys }: Config,
  { store, clock }: Parts,
  opened: AsyncDisposableStack,
  own: Pick<KeyRingOptions, "use"> & { readonly maxConcurrentSigns: number },
): Promise<KeyRing> {
  // Several machines may share Redis, and then share its keys.
  const isShared = parseStoreUrl(url).driver === "redis";
  const ring = await openKeyRing({
    ...own,
    vault: isShared ? createStoreVault(store) : createDirectoryVault(keys.directory),
    passphrase: keys.passphrase,
    clock,
    rotateEveryMs: keys.rotateEveryMs,
    retireAfterMs: keys.retireAfterMs,
  });
  opened.defer(() => ring.close());
  return ring;
}
