/** Subjects of one batch, as text: what of a round another process may take over. */
export type Batch = readonly string[];

/** How a batch went. */
export interface PolledBatch {
  /** Those about whom the source did not answer, as it does not answer just now; empty where it did. */
  readonly left: Batch;
  /** For how long it wishes to be left alone; 0 where it did not say. */
  readonly retryAfterMs: number;
}

/** The rounds in which one provider is polled. */
export interface Rounds {
  /** The provider's name. */
  readonly name: string;
  readonly intervalMs: number;
  /** Batches at once in one process. */
  readonly concurrency: number;
  /** Everyone who is to be polled for now. */
  list(): AsyncIterable<Batch>;
  poll(batch: Batch): Promise<PolledBatch>;
}

/** Runs rounds, each once per interval for all processes that share the work. */
export interface Scheduler {
  /** Begins with the rounds of one provider; those of others go on as they do. */
  start(rounds: Rounds): Promise<void>;
  /** How late the rounds of a provider are, in milliseconds; 0 where they keep up. */
  lagMs(name: string): Promise<number>;
  /** No further batch is begun; resolves once those under way have ended. */
  close(): Promise<void>;
}

/** What does not follow from anything that a provider does. */
export type OnPollFailure = (name: string, error: unknown) => void;

/** What a round has not done after this many intervals is left to the next one: whom it lists may have changed. */
export const ROUND_LASTS_INTERVALS = 2;
