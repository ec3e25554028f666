import type { Clock } from "../../clock.ts";
import type { CacheFigures } from "../../observe/session-metrics.ts";
import { Recent } from "./recent.ts";

/** How long a session that was found live is taken for live without asking the store. */
const LIVE_FOR_MS = 5_000;
const KEPT_AT_MOST = 10_000;
/** With more, all that is kept goes. */
const CHANGES_AT_MOST = 10_000;

interface Kept<T> {
  readonly value: T;
  /** Whether it may stand for the store for a while. */
  readonly live: boolean;
  readonly readAt: number;
  /** What was read for it, by name. */
  readonly names: readonly string[];
  /** Up to which change none of that has changed. */
  upTo: number;
}

/** What was true of sessions a moment ago. A revocation empties it; what has changed is asked for anew. */
export class LiveCache<T> {
  readonly #recent = new Recent<Kept<T>>(KEPT_AT_MOST);
  readonly #monotonic: Clock;
  #epoch = 0;
  /** The last change of each name. Changes are numbered. */
  readonly #changes = new Map<string, number>();
  #lastChange = 0;
  #hits = 0;
  #misses = 0;

  /** `monotonic`: milliseconds that never go back. */
  constructor(monotonic: Clock) {
    this.#monotonic = monotonic;
  }

  get(key: string): T | undefined {
    const kept = this.#recent.get(key);
    const isLive =
      kept?.live === true &&
      this.#monotonic() - kept.readAt < LIVE_FOR_MS &&
      (kept.upTo === this.#lastChange || this.#isUnchanged(kept));
    if (isLive) this.#hits++;
    else this.#misses++;
    return isLive ? kept.value : undefined;
  }

  /** What was kept last, however long ago: only good for asking the store whether it still holds. */
  last(key: string): T | undefined {
    return this.#recent.get(key)?.value;
  }

  figures(): CacheFigures {
    return { hits: this.#hits, misses: this.#misses, size: this.#recent.size };
  }

  /**
   * To be called before reading: keeps what is then read under `names`, unless a revocation came between.
   * What changed meanwhile has changed.
   */
  prepare(key: string): (value: T, live: boolean, names: readonly string[]) => void {
    const epoch = this.#epoch;
    const readAt = this.#monotonic();
    const upTo = this.#lastChange;
    return (value, live, names) => {
      if (epoch === this.#epoch) this.#recent.set(key, { value, live, readAt, names, upTo });
    };
  }

  /** To be called once what is read under `names` is another. */
  forget(names: readonly string[]): void {
    if (this.#changes.size + names.length > CHANGES_AT_MOST) this.clear();
    this.#lastChange++;
    for (const name of names) this.#changes.set(name, this.#lastChange);
  }

  #isUnchanged(kept: Kept<T>): boolean {
    for (const name of kept.names) if ((this.#changes.get(name) ?? 0) > kept.upTo) return false;
    kept.upTo = this.#lastChange;
    return true;
  }

  clear(): void {
    this.#epoch++;
    this.#recent.clear();
    this.#changes.clear();
  }
}
