import { type Database, SQLiteError } from "bun:sqlite";
import { toSqliteStoreError } from "./sqlite-error.ts";

/** Between two commits the file is left alone for this long, or other processes would never get a turn. */
const PAUSE_MS = 1;

interface Write {
  readonly run: () => void;
  readonly settle: (error?: Error) => void;
}

/**
 * Gathers the writes of one turn of the event loop into one transaction: a thousand polled facts cost
 * one sync of the disk. No write is acknowledged before its transaction is. Where another process holds
 * the file, the queue waits without holding up the event loop.
 */
export class CommitQueue {
  readonly #database: Database;
  readonly #timeoutMs: number;
  #writes: Write[] = [];
  #giveUpAt = 0;
  #committedAt = Number.NEGATIVE_INFINITY;

  constructor(database: Database, timeoutMs: number) {
    this.#database = database;
    this.#timeoutMs = timeoutMs;
  }

  /** Resolves with what `run` returned once it is committed; rejects with a `StoreError`. */
  add<T>(run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: { readonly value: T } | undefined;
      if (this.#writes.length === 0) this.#start();
      this.#writes.push({
        run: () => {
          result = { value: run() };
        },
        settle: (error) => {
          if (result !== undefined && error === undefined) resolve(result.value);
          else reject(error);
        },
      });
    });
  }

  /** Waits until everything added so far is settled. */
  async drain(): Promise<void> {
    // Its failure is that of the writes before it, which they report.
    if (this.#writes.length > 0) await this.add(() => {}).catch(() => {});
  }

  #start(): void {
    const now = performance.now();
    this.#giveUpAt = now + this.#timeoutMs;
    if (now - this.#committedAt < PAUSE_MS) setTimeout(() => this.#flush(), PAUSE_MS);
    else setImmediate(() => this.#flush());
  }

  #flush(): void {
    let error: Error | undefined;
    try {
      this.#database
        .transaction(() => {
          for (const { run } of this.#writes) run();
        })
        .immediate();
    } catch (cause) {
      if (isBusy(cause) && performance.now() < this.#giveUpAt) {
        // At random, so that processes that wait do not wake in step.
        setTimeout(() => this.#flush(), PAUSE_MS * (1 + Math.random()));
        return;
      }
      error = toSqliteStoreError(cause);
    }
    const writes = this.#writes;
    this.#writes = [];
    this.#committedAt = performance.now();
    for (const { settle } of writes) settle(error);
  }
}

function isBusy(cause: unknown): boolean {
  return cause instanceof SQLiteError && (cause.code ?? "").startsWith("SQLITE_BUSY");
}
