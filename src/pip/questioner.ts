import type { Clock } from "../clock.ts";
import { type BreakerState, createCircuitBreaker } from "./circuit-breaker.ts";
import { unknownReasonOf } from "./error-to-unknown.ts";
import { ProviderError, type ProviderFailure } from "./provider-error.ts";
import type { RetryAfter } from "./retry-after.ts";

/** How a provider fares. Times are milliseconds since the epoch; null for never. */
export interface ProviderHealth {
  readonly breaker: BreakerState;
  readonly inFlight: number;
  readonly lastSuccessAt: number | null;
  readonly lastFailure: { readonly why: ProviderFailure; readonly at: number } | null;
  /** Time since the last success. */
  readonly lagMs: number | null;
  /** For how long the source still wants to be left alone; 0 where it does not. */
  readonly retryAfterMs: number;
}

/** Asks questions of one source, and bears with how they end. */
export interface Questioner {
  /** Asks one; never rejects. */
  ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>>;
  health(): ProviderHealth;
}

export type Outcome<T> = { readonly answer: T } | { readonly failure: ProviderFailure };

export interface QuestionerOptions {
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly clock: Clock;
  readonly elapsedMs: () => number;
  readonly random: () => number;
  readonly log: (message: string) => void;
  readonly retryAfter: Pick<RetryAfter, "leftMs">;
}

/** Failures that say something of the source itself, and not of the subject that was asked about. */
const OF_THE_SOURCE: ReadonlySet<ProviderFailure> = new Set(["timeout", "unreachable", "refused", "failed"]);

export function createQuestioner(options: QuestionerOptions): Questioner {
  const { timeoutMs, concurrency, clock, elapsedMs, random, log, retryAfter } = options;
  const breaker = createCircuitBreaker(elapsedMs, random);
  let inFlight = 0;
  let lastSuccessAt: number | null = null;
  let lastFailure: ProviderHealth["lastFailure"] = null;
  let failing: ProviderFailure | null = null;

  function succeed(): void {
    breaker.succeed();
    lastSuccessAt = clock();
    if (failing !== null) log("answers again");
    failing = null;
  }

  function fail(error: unknown): ProviderFailure {
    const why = unknownReasonOf(error);
    if (OF_THE_SOURCE.has(why)) breaker.fail();
    else breaker.succeed();
    lastFailure = { why, at: clock() };
    // Once per way of failing: a source that is down would fill the log.
    const how = why === "malformed" ? "answers, but not as expected" : "does not answer";
    if (failing !== why) log(`${how}: ${error instanceof Error ? error.message : why}`);
    failing = why;
    return why;
  }

  return {
    async ask(question) {
      if (inFlight >= concurrency) return { failure: "overloaded" };
      // Whoever was asked before it said so may still answer, and that does not end its rest.
      if (retryAfter.leftMs() > 0 || !breaker.admit()) return { failure: "circuit_open" };
      inFlight++;
      try {
        const answer = await withTimeout(question, timeoutMs, () => inFlight--);
        succeed();
        return { answer };
      } catch (error) {
        return { failure: fail(error) };
      }
    },
    health: () => ({
      breaker: retryAfter.leftMs() > 0 ? "open" : breaker.state,
      inFlight,
      lastSuccessAt,
      lastFailure,
      lagMs: lastSuccessAt === null ? null : Math.max(0, clock() - lastSuccessAt),
      retryAfterMs: retryAfter.leftMs(),
    }),
  };
}

/**
 * Waits for the answer for `timeoutMs`. `onSettled` is called when the work has truly ended: what does not
 * heed its signal keeps its place, so that never more than the limit is under way.
 */
async function withTimeout<T>(
  question: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  onSettled: () => void,
): Promise<T> {
  const controller = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new ProviderError("timeout", `not ready after ${timeoutMs} ms`);
    reject(error);
    controller.abort(error);
  }, timeoutMs);
  const work = Promise.try(question, controller.signal);
  work.then(onSettled, onSettled);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
