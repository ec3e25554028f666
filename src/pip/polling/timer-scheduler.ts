import { setTimeout as pause } from "node:timers/promises";
import { type BackOff, createBackOff } from "./back-off.ts";
import {
  type Batch,
  type OnPollFailure,
  ROUND_LASTS_INTERVALS,
  type Rounds,
  type Scheduler,
} from "./scheduler.ts";

export interface TimerSchedulerOptions {
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onFailure: OnPollFailure;
}

/** Batches of a round are spread over this part of the interval: a source need not be asked all at once. */
const SPREAD_OVER = 0.25;
/** Between two batches of a first round, of which nobody knows how many it has. */
const FIRST_PAUSE_MS = 10;
/** Between two batches at most. */
const PAUSE_AT_MOST_MS = 1_000;

interface Running {
  readonly rounds: Rounds;
  readonly backOff: BackOff;
  /** Batches of the round before. */
  batches: number;
  /** When the round that is under way, or the next one, is due; monotonic milliseconds. */
  dueAt: number;
  timer: ReturnType<typeof setTimeout> | null;
  round: Promise<void>;
}

/** The first round begins within this part of the interval, so that a restart does not ask every source at once. */
const FIRST_WITHIN = 0.1;
/** A timer that is set for longer ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Rounds are moved by up to this part of their interval, either way. */
const JITTER = 0.05;

/** A scheduler for one process: a timer for each provider, so that a slow one holds back only itself. */
export function createTimerScheduler({ elapsedMs, random, onFailure }: TimerSchedulerOptions): Scheduler {
  const all = new Map<string, Running>();
  const closing = new AbortController();
  const { signal } = closing;
  // An aborted pause is one that has ended.
  const rest = (forMs: number) => pause(forMs, undefined, { signal }).catch(() => {});

  function wait(running: Running, delayMs: number): void {
    if (signal.aborted) return;
    running.dueAt = elapsedMs() + delayMs;
    running.timer = setTimeout(() => {
      running.round = runRound(running)
        .catch((error: unknown) => onFailure(running.rounds.name, error))
        .then(() => wait(running, untilNext(running)));
    }, delayMs);
  }

  /** Rounds are an interval apart from start to start; one that took longer is followed at once. */
  function untilNext({ rounds: { intervalMs }, dueAt }: Running): number {
    const jitterMs = intervalMs * JITTER * (2 * random() - 1);
    return Math.min(Math.max(dueAt + intervalMs + jitterMs - elapsedMs(), 0), LONGEST_TIMER_MS);
  }

  /**
   * Polls every batch, at most `concurrency` of them at once, with a pause after each. What a source that fails
   * has left is done when it has had its rest. Rejects where there is no telling who is to be polled.
   */
  async function runRound(running: Running): Promise<void> {
    const { rounds, backOff } = running;
    const endsAt = elapsedMs() + ROUND_LASTS_INTERVALS * rounds.intervalMs;
    const isOver = () => signal.aborted || elapsedMs() >= endsAt;
    const pauseMs = pauseBetween(running);
    const underWay = new Set<Promise<void>>();
    const left: Batch[] = [];
    let batches = 0;

    async function poll(batch: Batch): Promise<void> {
      const result = await rounds.poll(batch);
      if (result.left.length === 0) return backOff.succeed();
      left.push(result.left);
      backOff.fail(result.retryAfterMs);
    }

    async function begin(batch: Batch): Promise<void> {
      while (underWay.size >= rounds.concurrency) await Promise.race(underWay);
      while (backOff.leftMs() > 0 && !isOver()) await rest(Math.min(backOff.leftMs(), endsAt - elapsedMs()));
      if (isOver()) return;
      const work: Promise<void> = poll(batch)
        .catch((error: unknown) => onFailure(rounds.name, error))
        .finally(() => underWay.delete(work));
      underWay.add(work);
    }

    for await (const batch of rounds.list()) {
      if (isOver()) break;
      batches++;
      await begin(batch);
      await rest(pauseMs);
    }
    await Promise.all(underWay);
    for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
      await begin(batch);
      await Promise.all(underWay);
    }
    running.batches = batches;
  }

  return {
    async start(rounds) {
      const { name, intervalMs } = rounds;
      const backOff = createBackOff({ intervalMs, elapsedMs, random });
      const running = { rounds, backOff, batches: 0, dueAt: 0, timer: null, round: Promise.resolve() };
      all.set(name, running);
      wait(running, random() * intervalMs * FIRST_WITHIN);
    },
    async lagMs(name) {
      const running = all.get(name);
      return running === undefined ? 0 : Math.max(elapsedMs() - running.dueAt - running.rounds.intervalMs, 0);
    },
    async close() {
      closing.abort();
      const running = [...all.values()];
      for (const { timer } of running) if (timer !== null) clearTimeout(timer);
      await Promise.all(running.map(({ round }) => round));
    },
  };
}

function pauseBetween({ rounds: { intervalMs }, batches }: Running): number {
  return batches === 0 ? FIRST_PAUSE_MS : Math.min((intervalMs * SPREAD_OVER) / batches, PAUSE_AT_MOST_MS);
}
