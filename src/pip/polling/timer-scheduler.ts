import { setTimeout as pause } from "node:timers/promises";
import type { OnPollFailure, Rounds, Scheduler } from "./scheduler.ts";

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
  readonly intervalMs: number;
  /** Batches of the round before. */
  batches: number;
  /** When the round that is under way, or the next one, is due; monotonic milliseconds. */
  dueAt: number;
  timer: ReturnType<typeof setTimeout> | null;
  round: Promise<void>;
}

/** The first round begins within this part of the interval, so that a restart does not ask every source at once. */
const FIRST_WITHIN = 0.1;
/** Rounds are moved by up to this part of their interval, either way. */
const JITTER = 0.05;

/** A scheduler for one process: a timer for each provider, so that a slow one holds back only itself. */
export function createTimerScheduler({ elapsedMs, random, onFailure }: TimerSchedulerOptions): Scheduler {
  const all = new Map<string, Running>();
  const closing = new AbortController();

  function wait(rounds: Rounds, running: Running, delayMs: number): void {
    if (closing.signal.aborted) return;
    running.dueAt = elapsedMs() + delayMs;
    running.timer = setTimeout(() => {
      running.round = runRound(rounds, pauseBetween(rounds, running), closing.signal, onFailure)
        .then((batches) => {
          running.batches = batches;
        })
        .catch((error: unknown) => onFailure(rounds.name, error))
        .then(() => wait(rounds, running, untilNext(rounds, running)));
    }, delayMs);
  }

  /** Rounds are an interval apart from start to start; one that took longer is followed at once. */
  function untilNext({ intervalMs }: Rounds, { dueAt }: Running): number {
    const jitterMs = intervalMs * JITTER * (2 * random() - 1);
    return Math.max(dueAt + intervalMs + jitterMs - elapsedMs(), 0);
  }

  function pauseBetween({ intervalMs }: Rounds, { batches }: Running): number {
    return batches === 0 ? FIRST_PAUSE_MS : Math.min((intervalMs * SPREAD_OVER) / batches, PAUSE_AT_MOST_MS);
  }

  return {
    async start(rounds) {
      const { intervalMs } = rounds;
      const running: Running = { intervalMs, batches: 0, dueAt: 0, timer: null, round: Promise.resolve() };
      all.set(rounds.name, running);
      wait(rounds, running, random() * rounds.intervalMs * FIRST_WITHIN);
    },
    async lagMs(name) {
      const running = all.get(name);
      return running === undefined ? 0 : Math.max(elapsedMs() - running.dueAt - running.intervalMs, 0);
    },
    async close() {
      closing.abort();
      const running = [...all.values()];
      for (const { timer } of running) if (timer !== null) clearTimeout(timer);
      await Promise.all(running.map(({ round }) => round));
    },
  };
}

/**
 * Polls every batch, at most `concurrency` of them at once, with a pause after each. Resolves to how many they
 * were; rejects where there is no telling who is to be polled.
 */
async function runRound(
  rounds: Rounds,
  pauseMs: number,
  signal: AbortSignal,
  onFailure: OnPollFailure,
): Promise<number> {
  const underWay = new Set<Promise<void>>();
  let batches = 0;
  for await (const batch of rounds.list()) {
    if (signal.aborted) break;
    batches++;
    const wasFailing = rounds.isFailing();
    const work: Promise<void> = rounds
      .poll(batch)
      .catch((error: unknown) => onFailure(rounds.name, error))
      .finally(() => underWay.delete(work));
    underWay.add(work);
    if (wasFailing) break;
    if (underWay.size >= rounds.concurrency) await Promise.race(underWay);
    // An aborted pause is one that has ended.
    await pause(pauseMs, undefined, { signal }).catch(() => {});
  }
  await Promise.all(underWay);
  return batches;
}
