import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type Job, Queue, Worker } from "bullmq";
import type { Clock } from "../../clock.ts";
import type { RedisClient } from "../../store/redis-client.ts";
import type { Store } from "../../store/store.ts";
import type { Batch, OnPollFailure, Rounds, Scheduler } from "./scheduler.ts";

export interface FleetSchedulerOptions {
  /** The Redis that the fleet shares, by a connection that waits as long as it must; closed with the scheduler. */
  readonly connection: RedisClient;
  /** Where the fleet agrees on who begins a round. */
  readonly store: Pick<Store, "claim">;
  /** After this the work of a replica that has gone silent is taken over. */
  readonly takeoverMs: number;
  readonly clock: Clock;
  readonly onFailure: OnPollFailure;
}

const BatchData = Type.Array(Type.String());
const BATCH = TypeCompiler.Compile(BatchData);
/** Batches are added in groups, so that no command of Redis is a long one. */
const ADDED_AT_ONCE = 50;
const TAKEN_OVER_AT_MOST = 3;
/** A Redis that does not answer keeps nobody from stopping. */
const CLOSING_TAKES_AT_MOST_MS = 4_000;

interface Running {
  readonly queue: Queue<Static<typeof BatchData>>;
  readonly worker: Worker;
}

/**
 * A scheduler for replicas on one Redis: BullMQ begins each round once per interval, one replica makes its
 * batches and all of them work them off. A queue for each provider, so that a slow one holds back only itself.
 */
export function createFleetScheduler(options: FleetSchedulerOptions): Scheduler {
  const { connection, store, takeoverMs, clock, onFailure } = options;
  const all = new Map<string, Running>();

  async function beginRound(rounds: Rounds, queue: Running["queue"], round: string): Promise<void> {
    const batches: Batch[] = [];
    for await (const batch of rounds.list()) {
      batches.push(batch);
      if (rounds.isFailing()) break;
    }
    // What the round before has left undone is done first; what a lost replica had in hand keeps nobody waiting.
    if ((await queue.getWaitingCount()) > 0) return;
    // A replica that was taken for dead, and was not, must not begin a second time.
    const until = Math.ceil(clock() + 2 * rounds.intervalMs);
    const { claimed } = await store.claim(["poll-round", rounds.name, round], "", until);
    if (!claimed) return;
    for (let start = 0; start < batches.length; start += ADDED_AT_ONCE) {
      const some = batches.slice(start, start + ADDED_AT_ONCE);
      await queue.addBulk(some.map((batch) => ({ name: BATCH_JOB, data: [...batch], opts: KEPT })));
    }
  }

  return {
    async start(rounds) {
      const place = { prefix: `postern:{poll-${encodeURIComponent(rounds.name)}}` };
      const queue: Running["queue"] = new Queue(QUEUE, { ...place, connection });
      const work = async ({ name, data, id = "" }: Job<unknown>): Promise<void> => {
        if (name === ROUND_JOB) return beginRound(rounds, queue, id);
        if (BATCH.Check(data)) await rounds.poll(data);
      };
      const worker = new Worker(QUEUE, work, {
        ...place,
        connection,
        concurrency: rounds.concurrency,
        lockDuration: takeoverMs,
        stalledInterval: takeoverMs,
        maxStalledCount: TAKEN_OVER_AT_MOST,
      });
      let complaint = "";
      // Once for each way of failing: a Redis that is down would fill the log.
      const complain = (error: Error) => {
        if (error.message !== complaint) onFailure(rounds.name, error);
        complaint = error.message;
      };
      queue.on("error", complain);
      worker.on("error", complain);
      worker.on("failed", (_, error) => complain(error));
      worker.on("completed", () => {
        complaint = "";
      });
      all.set(rounds.name, { queue, worker });
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

/** Rounds of different providers begin at different moments. */
function scheduleOf({ name, intervalMs }: Rounds) {
  return { every: intervalMs, offset: Bun.hash.crc32(name) % intervalMs };
}
