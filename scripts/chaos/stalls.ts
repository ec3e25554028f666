const TICK_MS = 5;
const KEPT_MS = 10_000;

/** Tells when this process itself stood still, so that it is not blamed on what it measures. */
export class Stalls implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  #ticks: { readonly at: number; readonly stalledMs: number }[] = [];
  #last = performance.now();

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      const stalledMs = now - this.#last - TICK_MS;
      if (stalledMs > TICK_MS) this.#ticks.push({ at: now, stalledMs });
      if ((this.#ticks[0]?.at ?? now) < now - KEPT_MS) this.#ticks = this.#ticks.slice(1);
      this.#last = now;
    }, TICK_MS);
  }

  /** How long it stood still since `start`, in all; milliseconds of `performance.now()`. */
  since(start: number): number {
    const running = Math.max(performance.now() - this.#last - TICK_MS, 0);
    return this.#ticks.filter(({ at }) => at >= start).reduce((sum, tick) => sum + tick.stalledMs, running);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
