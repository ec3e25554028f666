import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { KeyFigures } from "../observe/key-metrics.ts";
import type { Store } from "../store/store.ts";
import { parseStoreUrl } from "../store/store-url.ts";
import { createDirectoryVault } from "../token/directory-vault.ts";
import { type KeyRing, openKeyRing } from "../token/key-ring.ts";
import { createStoreVault } from "../token/store-vault.ts";

/** Elliptic curves sign fast: a thousand under way are answered in a few hundredths of a second. */
const MAX_VERDICT_SIGNATURES = 1_024;

export type RingPurpose = "evaluation" | "verdict";

/** The signing keys, each ring opened where it is first asked for. */
export interface Rings {
  /** Those that are open. */
  readonly byPurpose: ReadonlyMap<string, KeyRing>;
  /** Throws `TokenError`. */
  open(purpose: RingPurpose): Promise<KeyRing>;
}

/** `evaluation` answers External Evaluation, `verdict` signs what proxies hand on. They end with `opened`. */
export function createRings(
  config: Config,
  parts: { readonly store: Store; readonly clock: Clock },
  opened: AsyncDisposableStack,
): Rings {
  const byPurpose = new Map<string, KeyRing>();
  return {
    byPurpose,
    async open(purpose) {
      const ring = byPurpose.get(purpose) ?? (await openRing(purpose, config, parts));
      if (!byPurpose.has(purpose)) opened.defer(() => ring.close());
      byPurpose.set(purpose, ring);
      return ring;
    },
  };
}

function openRing(
  purpose: RingPurpose,
  { store: url, keys, evaluate, verdict }: Config,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Promise<KeyRing> {
  const { directory, passphrase, rotateEveryMs, retireAfterMs } = keys;
  // Several machines may share Redis, and then share its keys.
  const isShared = parseStoreUrl(url).driver === "redis";
  const isVerdict = purpose === "verdict";
  const use = isVerdict
    ? ({ purpose, algorithm: verdict.algorithm } as const)
    : ({ purpose, algorithm: "RS256" } as const);
  return openKeyRing({
    use,
    maxConcurrentSigns: isVerdict ? MAX_VERDICT_SIGNATURES : evaluate.maxConcurrentSignatures,
    vault: isShared ? createStoreVault(store) : createDirectoryVault(directory),
    passphrase,
    clock,
    rotateEveryMs,
    retireAfterMs,
  });
}

/** When each of the keys that sign now began to, and when it will end. */
export function keyFigures({ byPurpose }: Rings, rotateEveryMs: number): readonly KeyFigures[] {
  return [...byPurpose].flatMap(([purpose, ring]) => {
    const active = ring.list().find(({ state }) => state === "active");
    if (active === undefined) return [];
    const rotatesAt = active.since + rotateEveryMs;
    return [{ purpose, activatedAt: active.since, rotatesAt, lastSeenAt: ring.ready().lastSuccessAt }];
  });
}
