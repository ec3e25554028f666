import type { Clock } from "../../clock.ts";
import type { CacheFigures } from "../../observe/session-metrics.ts";
import { Recent } from "./recent.ts";

/** How long a session that was found live is taken for live without asking the store. */
const LIVE_FOR_MS = 5_000;
const KEPT_AT_MOST = 10_000;

interface Kept<T> {
  readonly value: T;
  readonly readAt: number;
}

/** What was true of live sessions a moment ago. A revocation empties it. */
export class LiveCache<T> {
  readonly #recent = new Recent<Kept<T>>(KEPT_AT_MOST);
  readonly #monotonic: Clock;
  #epoch = 0;
  #hits = 0;
  #misses = 0;

  /** `monotonic`: milliseconds that never go back. */
  constructor(monotonic: Clock) {
    this.#monotonic = monotonic;
  }

  get(key: string): T | undefined {
    const kept = this.#recent.get(key);
    const isLive = kept !== undefined && this.#monotonic() - kept.readAt < LIVE_FOR_MS;
    if (isLive) this.#hits++;
    else this.#misses++;
    return isLive ? kept.value : undefined;
  }

  figures(): CacheFigures {
    return { hits: this.#hits, misses: this.#misses, size: this.#recent.size };
  }

  /** To be called before reading: keeps what is then read, unless a revocation came between. */
  prepare(key: string): (value: T) => void {
    const epoch = this.#epoch;
    const readAt = this.#monotonic();
    return (value) => {
      if (epoch === this.#epoch) this.#recent.set(key, { value, readAt });
    };
  }

  clear(): void {
    this.#epoch++;
    this.#recent.clear();
  }
}
