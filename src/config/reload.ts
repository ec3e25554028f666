import type { Clock } from "../clock.ts";
import type { Fault } from "../core/place.ts";

/** What a load brings: a whole set that is valid, or what is wrong with it. */
export type Loaded<T> =
  | { readonly value: T; readonly revision: string; readonly faults: readonly [] }
  | { readonly faults: readonly [Fault, ...Fault[]] };

/** A load that changed nothing. `faults` say why; `cause` where the machinery itself failed. */
export interface ReloadFailure {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly faults: readonly Fault[];
  readonly cause: unknown;
}

/** For `/readyz`: what is active, since when, and whether something newer was refused. */
export interface ReloadState {
  /** Null until the first set is active. */
  readonly revision: string | null;
  readonly loadedAt: number | null;
  /** Null when the last load succeeded. */
  readonly lastError: ReloadFailure | null;
}

export interface ReloadOptions<T> {
  /** Reads and validates; changes nothing. */
  load(): Promise<Loaded<T>>;
  /** Makes a valid set the active one, wholly or not at all. */
  apply(value: T): void | Promise<void>;
  onFault(failure: ReloadFailure): void;
  readonly clock: Clock;
}

export interface Reloader {
  /** Loads what is there now and makes it active; false where it was refused and the last good set stays. */
  reload(): Promise<boolean>;
  state(): ReloadState;
}

/**
 * Parse, validate, swap: all or nothing, the last good set kept, never two loads at once.
 * A call during a load is answered by another load after it, which all such calls share.
 */
export function createReloader<T>({ load, apply, onFault, clock }: ReloadOptions<T>): Reloader {
  let state: ReloadState = { revision: null, loadedAt: null, lastError: null };
  let last: Promise<unknown> = Promise.resolve();
  let waiting: Promise<boolean> | null = null;

  const refuse = (faults: readonly Fault[], cause: unknown): boolean => {
    const failure: ReloadFailure = { at: clock(), faults, cause };
    state = { ...state, lastError: failure };
    onFault(failure);
    return false;
  };
  const run = async (): Promise<boolean> => {
    try {
      const loaded = await load();
      if (!("value" in loaded)) return refuse(loaded.faults, null);
      await apply(loaded.value);
      state = { revision: loaded.revision, loadedAt: clock(), lastError: null };
      return true;
    } catch (error) {
      return refuse([], error);
    }
  };
  const start = (): Promise<boolean> => {
    waiting = null;
    return run();
  };

  return {
    reload() {
      waiting ??= last.then(start, start);
      last = waiting;
      return waiting;
    },
    state: () => state,
  };
}
