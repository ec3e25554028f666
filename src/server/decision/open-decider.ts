import type { Clock } from "../../clock.ts";
import type { CacheFigures } from "../../observe/session-metrics.ts";
import type { Gatherer } from "../../pip/gather.ts";
import { onFactChange } from "../../pip/store-facts.ts";
import { onRevocation } from "../../session/revocation.ts";
import type { Store } from "../../store/store.ts";
import { createDecider, type DecideRequest, type Learnt } from "./decide-request.ts";
import { LiveCache } from "./live-cache.ts";
import { createTokenReader } from "./read-token.ts";

export interface OpenDeciderOptions {
  readonly store: Store;
  readonly gatherer: Gatherer;
  /** The team domain that the tokens are of. */
  readonly team: string;
  readonly clock: Clock;
  /** Milliseconds that never go back. */
  readonly monotonic: Clock;
  /** Hears of what should not happen. */
  readonly onFailure: (error: unknown) => void;
}

/** What decides requests, and lets go of what it remembers once somebody is revoked, or a fact changed, anywhere. */
export interface Decider {
  readonly decideRequest: DecideRequest;
  /** How often what it remembers was of use. */
  cacheFigures(): CacheFigures;
  close(): void;
}

/** Throws `StoreError` where revocations and changes could not be heard of. */
export async function openDecider({ monotonic, ...options }: OpenDeciderOptions): Promise<Decider> {
  const cache = new LiveCache<Learnt>(monotonic);
  const stopHearing = await Promise.all([
    onRevocation(options.store, () => cache.clear()),
    onFactChange(options.store, (names) => (names === null ? cache.clear() : cache.forget(names))),
  ]);
  const close = () => {
    for (const stop of stopHearing) stop();
  };
  const decideRequest = createDecider({ ...options, cache, readToken: createTokenReader(options) });
  return { decideRequest, cacheFigures: () => cache.figures(), close };
}
