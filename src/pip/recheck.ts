import type { Clock } from "../clock.ts";
import type { FactName } from "../core/attribute.ts";
import type { Store } from "../store/store.ts";
import type { Gatherer } from "./gather.ts";
import type { PollSubject } from "./poll.ts";
import { type FactStore, storeFacts } from "./store-facts.ts";

export interface RecheckOptions {
  readonly gatherer: Gatherer;
  readonly store: FactStore & Pick<Store, "claim">;
  readonly clock: Clock;
  /** The facts that somebody asks for. */
  readonly wanted: () => readonly FactName[];
  readonly deadlineMs: number;
}

/** How an immediate re-check ended. */
export type Rechecked =
  | { readonly state: "done" }
  /** They were asked about a moment ago. */
  | { readonly state: "too_soon"; readonly retryAfterMs: number };

/** Learns anew what is watched of one person on one device, at most so often. Throws `StoreError`. */
export type Recheck = (subject: PollSubject) => Promise<Rechecked>;

/** The fleet asks again about one person on one device no sooner than this. */
const NOT_WITHIN_MS = 30_000;

/** Re-checks ask every provider as if nothing were stored, and store what they say where requests find it. */
export function createRecheck({ gatherer, store, clock, wanted, deadlineMs }: RecheckOptions): Recheck {
  return async ({ subject, facts }) => {
    const now = Math.ceil(clock());
    const name = JSON.stringify([subject.person, subject.device]);
    const { claimed, value } = await store.claim(["recheck", name], String(now), now + NOT_WITHIN_MS);
    if (!claimed) {
      const leftMs = Number(value) + NOT_WITHIN_MS - now;
      return {
        state: "too_soon",
        retryAfterMs: Math.min(Math.max(leftMs, 1), NOT_WITHIN_MS) || NOT_WITHIN_MS,
      };
    }
    const names = wanted();
    const stored = gatherer.storeKeys(subject, names).map(() => null);
    const { toStore } = await gatherer.gather(subject, names, stored, facts, deadlineMs);
    await storeFacts(store, toStore);
    return { state: "done" };
  };
}
