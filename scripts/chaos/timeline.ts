/** When something changes, on the clock of the bench in milliseconds: not before `from`, and by `until`. */
interface Change {
  readonly value: boolean;
  readonly from: number;
  readonly until: () => number;
}

/** Values that something may have had at some moment of a while. */
export interface Possible {
  readonly true: boolean;
  readonly false: boolean;
}

/** A truth that changes, where it is known only within bounds when each change came to count. */
export class Timeline {
  readonly #changes: Change[];

  constructor(initial: boolean) {
    this.#changes = [
      { value: initial, from: Number.NEGATIVE_INFINITY, until: () => Number.NEGATIVE_INFINITY },
    ];
  }

  /** Adds the latest change. `until` may become known later. */
  change(value: boolean, from: number, until: () => number): void {
    this.#changes.push({ value, from, until });
  }

  during(start: number, end: number): Possible {
    const settled = this.#changes.findLastIndex(({ until }) => until() <= start);
    const counting = this.#changes.slice(settled).filter(({ from }) => from <= end);
    return { true: counting.some(({ value }) => value), false: counting.some(({ value }) => !value) };
  }
}
