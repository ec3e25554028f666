import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type Job, Queue, Worker } from "bullmq";
import type { Clock } from "../../clock.ts";
import type { RedisClient } from "../../store/redis-client.ts";
import type { Store } from "../../store/store.ts";
import { type BackOff, createBackOff } from "./back-off.ts";
import { createRoundLedger, type RoundLedger } from "./round-ledger.ts";
import type { OnPollFailure, Rounds, Scheduler } from "./scheduler.ts";

export interface FleetSchedulerOptions {
  /** The Redis that the fleet shares, by a connection that waits as long as it must; closed with the scheduler. */
  readonly connection: RedisClient;
  /** Where the fleet agrees on what there is to do. */
  readonly store: Pick<Store, "getMany" | "set" | "delete" | "claim">;
  /** After this at most the work of a replica that has gone silent is taken over. */
  readonly takeoverMs: number;
  readonly clock: Clock;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onFailure: OnPollFailure;
}

/** One batch of a listing; `tries` tells apart the jobs that were made for it. */
const BatchData = Type.Object({ listing: Type.String(), index: Type.Integer(), tries: Type.Integer() });
type BatchData = Static<typeof BatchData>;
const BATCH = TypeCompiler.Compile(BatchData);

/** Batches are handed out in groups, so that no command of Redis is a long one. */
const ADDED_AT_ONCE = 20;
const TAKEN_OVER_AT_MOST = 3;
/** A replica that is busy for this long has not gone silent. */
const TAKEOVER_AT_LEAST_MS = 1_000;
/** A loss is noticed within this part of the interval, so that there is time left to make it good. */
const TAKEOVER_WITHIN = 0.25;
/** A Redis that does not answer keeps nobody from stopping. */
const CLOSING_TAKES_AT_MOST_MS = 4_000;

interface Running {
  readonly rounds: Rounds;
  readonly ledger: RoundLedger;
  readonly backOff: BackOff;
  readonly queue: Queue<unknown>;
}

/**
 * A scheduler for replicas on one Redis: BullMQ begins each round once per interval, one replica writes down its
 * batches and all of them work them off. Whatever of this a lost replica had begun another ends. A queue for each
 * provider, so that a slow one holds back only itself, and one that fails is left alone by the whole fleet.
 */
export function createFleetScheduler(options: FleetSchedulerOptions): Scheduler {
  const { connection, store, takeoverMs, clock, elapsedMs, random, onFailure } = options;
  const all = new Map<string, Running & { readonly worker: Worker }>();

  async function runRound({ rounds, ledger, queue }: Running, job: Job<unknown>): Promise<void> {
    const { id = "", attemptsStarted, opts, timestamp } = job;
    const dueAt = (opts.timestamp ?? timestamp) + (opts.delay ?? 0);
    // One that was lost and is found when the next is due would be that one twice.
    if (attemptsStarted > 1 && clock() >= dueAt + rounds.intervalMs) return;
    let begun = await ledger.find(id);
    if (begun === null) {
      // What the round before has left undone is done first; what a lost replica had in hand keeps nobody waiting.
      if ((await queue.getWaitingCount()) > 0) return;
      begun = await ledger.begin(id);
    }
    const { listing, size } = begun;
    for (let start = 0; start < size; start += ADDED_AT_ONCE) {
      const indexes = Array.from(
        { length: Math.min(ADDED_AT_ONCE, size - start) },
        (_, more) => start + more,
      );
      await queue.addBulk(indexes.map((index) => jobOf({ listing, index, tries: 0 })));
    }
  }

  async function pollBatch({ rounds, ledger, backOff, queue }: Running, data: BatchData): Promise<void> {
    const { listing, index, tries } = data;
    const batch = await ledger.read(listing, index);
    if (batch === null) return;
    const { left, retryAfterMs } = await rounds.poll(batch);
    await ledger.write(listing, index, left);
    if (left.length === 0) return backOff.succeed();
    const restMs = Math.ceil(backOff.fail(retryAfterMs));
    // Another replica may have been told of a longer one.
    if (restMs > (await queue.getRateLimitTtl(UNLIMITED.max))) await queue.rateLimit(restMs);
    const { name, data: again, opts } = jobOf({ listing, index, tries: tries + 1 });
    await queue.add(name, again, opts);
  }

  return {
    async start(rounds) {
      const { name, intervalMs, concurrency } = rounds;
      const place = { prefix: `postern:{poll-${encodeURIComponent(name)}}` };
      const queue: Queue<unknown> = new Queue(QUEUE, { ...place, connection });
      const running: Running = {
        rounds,
        ledger: createRoundLedger(rounds, store, clock),
        backOff: createBackOff({ intervalMs, elapsedMs, random }),
        queue,
      };
      const work = async (job: Job<unknown>): Promise<void> => {
        if (job.name === ROUND_JOB) await runRound(running, job);
        else if (BATCH.Check(job.data)) await pollBatch(running, job.data);
      };
      const silentMs = Math.min(takeoverMs, Math.max(intervalMs * TAKEOVER_WITHIN, TAKEOVER_AT_LEAST_MS));
      const worker = new Worker(QUEUE, work, {
        ...place,
        connection,
        concurrency,
        lockDuration: silentMs,
        stalledInterval: silentMs,
        maxStalledCount: TAKEN_OVER_AT_MOST,
        limiter: UNLIMITED,
      });
      let complaint = "";
      // Once for each way of failing: a Redis that is down would fill the log.
      const complain = (error: Error) => {
        if (error.message !== complaint) onFailure(name, error);
        complaint = error.message;
      };
      queue.on("error", complain);
      worker.on("error", complain);
      worker.on("failed", (_, error) => complain(error));
      worker.on("completed", () => {
        complaint = "";
      });
      all.set(name, { ...running, worker });
      await queue.upsertJobScheduler(ROUND_JOB, scheduleOf(rounds), { name: ROUND_JOB, opts: KEPT });
    },
    async lagMs(name) {
      const running = all.get(name);
      const [oldest] = (await running?.queue.getJobs(["waiting", "active"], 0, 0, true)) ?? [];
      return oldest === undefined ? 0 : Math.max(clock() - oldest.timestamp, 0);
    },
    async close() {
      const running = [...all.values()];
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, CLOSING_TAKES_AT_MOST_MS);
      const closing = Promise.all(running.map(({ worker }) => worker.close()))
        .then(() => Promise.all(running.map(({ queue }) => queue.close())))
        // What could not be given back is taken over.
        .catch(() => {});
      await Promise.race([closing, late]);
      clearTimeout(timer);
      connection.disconnect();
    },
  };
}

const QUEUE = "polls";
const ROUND_JOB = "round";
const BATCH_JOB = "batch";
/** Nobody looks at jobs that are over. */
const KEPT = { removeOnComplete: true, removeOnFail: true };
/** There is no limit but the rests of a source that fails, which need one to be set. */
const UNLIMITED = { max: 1_000_000_000, duration: 1_000 };

/** Its id is the batch's, so that a batch which is handed out twice is one job. */
function jobOf(data: BatchData) {
  const { listing, index, tries } = data;
  return { name: BATCH_JOB, data, opts: { ...KEPT, jobId: `${listing}-${index}-${tries}` } };
}

/** Rounds of different providers begin at different moments. */
function scheduleOf({ name, intervalMs }: Rounds) {
  return { every: intervalMs, offset: Bun.hash.crc32(name) % intervalMs };
}
