import { type Latency, summarize } from "./latency.ts";

/** What the oracle thinks of one answer. */
export type Judgement = "right" | "excused" | "wrong_permit" | "wrong_deny" | "error";

/** What an experiment came to. Times are milliseconds. */
export interface Report {
  readonly requests: number;
  readonly permits: number;
  /** Denials, that a fault excuses, of what would have been a permit. */
  readonly excused: number;
  readonly wrongPermits: number;
  readonly wrongDenies: number;
  readonly errors: number;
  /** Answers after their deadline, for which the bench itself was not the cause. */
  readonly late: number;
  /** Revocations that were lost, and had not been called durable. */
  readonly lost: number;
  /** Permits more than a second after a revocation was taken, but within what may be remembered. */
  readonly slowRevocations: number;
  readonly faults: number;
  /** From the moment at which a request was due; null where there was no clock to measure by. */
  readonly latency: Latency | null;
  /** From the end of each fault to the first login and request that went through; `Infinity` for never. */
  readonly recoveries: readonly number[];
  /** The first few of each way to be wrong. */
  readonly examples: readonly string[];
}

const EXAMPLES_AT_MOST = 3;

/** Counts what happens in an experiment. */
export class Tally {
  readonly #counts: Record<Judgement, number> = {
    right: 0,
    excused: 0,
    wrong_permit: 0,
    wrong_deny: 0,
    error: 0,
  };
  readonly #examples: string[] = [];
  readonly #latenciesMs: number[] = [];
  readonly #recoveries: number[] = [];
  #permits = 0;
  #late = 0;
  #lost = 0;
  #slowRevocations = 0;
  #faults = 0;

  get requests(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  /** `describe` is asked for where it was wrong. */
  count(judgement: Judgement, permitted: boolean, describe: () => string): void {
    this.#counts[judgement]++;
    if (permitted) this.#permits++;
    if (judgement === "right" || judgement === "excused") return;
    if (this.#counts[judgement] <= EXAMPLES_AT_MOST) this.#examples.push(`${judgement}: ${describe()}`);
  }

  countLate(describe: () => string): void {
    this.#late++;
    if (this.#late <= EXAMPLES_AT_MOST) this.#examples.push(`late: ${describe()}`);
  }

  countLost(): void {
    this.#lost++;
  }

  countSlowRevocation(describe: () => string): void {
    this.#slowRevocations++;
    if (this.#slowRevocations <= EXAMPLES_AT_MOST) this.#examples.push(`slow revocation: ${describe()}`);
  }

  countFault(): void {
    this.#faults++;
  }

  addLatency(latencyMs: number): void {
    this.#latenciesMs.push(latencyMs);
  }

  addRecovery(recoveryMs: number): void {
    this.#recoveries.push(recoveryMs);
  }

  report(): Report {
    return {
      requests: this.requests,
      permits: this.#permits,
      excused: this.#counts.excused,
      wrongPermits: this.#counts.wrong_permit,
      wrongDenies: this.#counts.wrong_deny,
      errors: this.#counts.error,
      late: this.#late,
      lost: this.#lost,
      slowRevocations: this.#slowRevocations,
      faults: this.#faults,
      latency: summarize(this.#latenciesMs),
      recoveries: [...this.#recoveries],
      examples: [...this.#examples],
    };
  }
}
