import cluster, { type Worker } from "node:cluster";
import type { Config } from "../../config/config.ts";
import { hashRestartOnly } from "../../config/restart-only.ts";
import type { Log } from "../../observe/log.ts";
import type { Figures } from "../../observe/metrics.ts";
import { readFromWorker, type ToWorker } from "./messages.ts";

/** Processes that share the listeners, each with a composition of its own. */
export interface WorkerGroup {
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
  readonly count: number;
  /** How many are missing just now. */
  missing(): number;
  /** The figures of each; those of one that does not answer in time are left out. */
  collectMetrics(): Promise<readonly Figures[]>;
  tell(message: ToWorker): void;
  /** Lets them finish what is under way; after `patienceMs` they are cut off. */
  stop(patienceMs: number): Promise<void>;
}

/** A worker could not be started; the message is the worker's own. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly code = "worker_failed";
}

/** A worker that ends is replaced after that, so that one that cannot live does not keep the machine busy. */
const RESTART_AFTER_MS = 1_000;
const METRICS_PATIENCE_MS = 1_000;

/** How a worker learns the key of hidden values: equal ones look equal whoever logs them. */
export const REDACT_KEY_VARIABLE = "POSTERN_WORKER_REDACT_KEY";
/** How it learns what all of them hold open: one that is replaced later may find another configuration. */
export const HELD_OPEN_VARIABLE = "POSTERN_WORKER_HELD_OPEN";

/** Starts the workers of `config` by the arguments of this process. Throws `WorkerError`. */
export async function startWorkers(config: Config, redactKey: Uint8Array, log: Log): Promise<WorkerGroup> {
  const count = config.workers;
  const forked = new Set<Worker>();
  /** Those of them that serve. */
  const workers = new Set<Worker>();
  const answers = new Map<number, (metrics: Figures) => void>();
  let questions = 0;
  let stopping = false;
  cluster.setupPrimary({ exec: Bun.main, args: process.argv.slice(2) });

  function start(): Promise<WorkerGroup["listeners"]> {
    const { promise, resolve, reject } = Promise.withResolvers<WorkerGroup["listeners"]>();
    const worker = cluster.fork({
      [REDACT_KEY_VARIABLE]: Buffer.from(redactKey).toString("hex"),
      [HELD_OPEN_VARIABLE]: hashRestartOnly(config),
    });
    let started = false;
    forked.add(worker);
    worker.on("message", (said: unknown) => {
      const message = readFromWorker(said);
      if (message?.kind === "started") {
        started = true;
        workers.add(worker);
        resolve(message.listeners);
      }
      if (message?.kind === "refused") reject(new WorkerError(message.message));
      if (message?.kind === "metrics") answers.get(message.question)?.(message.metrics);
    });
    worker.on("exit", (code) => {
      forked.delete(worker);
      workers.delete(worker);
      reject(new WorkerError("a worker ended before it had started"));
      if (!started || stopping) return;
      log.error("a worker has ended and is being replaced", { code });
      replace();
    });
    return promise;
  }

  function replace(): void {
    setTimeout(() => {
      if (stopping) return;
      start().catch((error: unknown) => {
        log.error("a worker could not be replaced", { error });
        replace();
      });
    }, RESTART_AFTER_MS);
  }

  function tell(message: ToWorker): void {
    for (const worker of workers) worker.send(message);
  }

  async function ask(worker: Worker): Promise<Figures> {
    const question = questions++;
    const { promise, resolve } = Promise.withResolvers<Figures>();
    const timer = setTimeout(() => resolve([]), METRICS_PATIENCE_MS);
    answers.set(question, resolve);
    worker.send({ kind: "metrics", question } satisfies ToWorker);
    const metrics = await promise;
    answers.delete(question);
    clearTimeout(timer);
    return metrics;
  }

  async function stop(patienceMs: number): Promise<void> {
    stopping = true;
    const ended = [...forked].map((worker) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      worker.once("exit", () => resolve());
      worker.process.kill("SIGTERM");
      return promise;
    });
    const timer = setTimeout(() => {
      for (const worker of forked) worker.process.kill("SIGKILL");
    }, patienceMs);
    await Promise.all(ended);
    clearTimeout(timer);
  }

  try {
    const [listeners = []] = await Promise.all(Array.from({ length: count }, start));
    return {
      listeners,
      count,
      missing: () => count - workers.size,
      collectMetrics: () => Promise.all([...workers].map(ask)),
      tell,
      stop,
    };
  } catch (error) {
    await stop(0);
    throw error;
  }
}
