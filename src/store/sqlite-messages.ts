import type { Database } from "bun:sqlite";
import type { Clock } from "../clock.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { Log, Topics } from "./topics.ts";

const POLL_EVERY_MS = 200;
const KEEP_MS = 60_000;

interface Message {
  readonly id: number;
  readonly topic: string;
  readonly message: string;
}

/**
 * Messages between the processes on one file: a small table that each process with a listener reads five
 * times a second. What is older than a minute is dropped, heard or not.
 */
export class SqliteMessages {
  readonly #commits: CommitQueue;
  readonly #clock: Clock;
  readonly #topics: Topics;
  readonly #log: Log;
  readonly #newest: () => number;
  readonly #after: (id: number) => readonly Message[];
  readonly #write: (topic: string, message: string, now: number) => void;
  #heardUpTo = 0;
  #timer: Timer | undefined;

  constructor(database: Database, commits: CommitQueue, clock: Clock, topics: Topics, log: Log) {
    this.#commits = commits;
    this.#clock = clock;
    this.#topics = topics;
    this.#log = log;
    const newest = database.query<{ id: number }, []>("SELECT coalesce(max(id), 0) AS id FROM messages");
    const after = database.query<Message, [number]>(
      "SELECT id, topic, message FROM messages WHERE id > ?1 ORDER BY id",
    );
    const insert = database.query("INSERT INTO messages (topic, message, sent_at) VALUES (?1, ?2, ?3)");
    const prune = database.query("DELETE FROM messages WHERE sent_at <= ?1");
    this.#newest = () => newest.get()?.id ?? 0;
    this.#after = (id) => after.all(id);
    this.#write = (topic, message, now) => {
      prune.run(now - KEEP_MS);
      insert.run(topic, message, now);
    };
  }

  async publish(topic: string, message: string): Promise<void> {
    await this.#commits.add(() => this.#write(topic, message, this.#clock()));
    if (this.#timer !== undefined) this.#poll();
  }

  subscribe(topic: string, listener: (message: string) => void): () => void {
    if (this.#timer === undefined) {
      this.#heardUpTo = this.#newest();
      this.#timer = setInterval(() => this.#poll(), POLL_EVERY_MS);
      this.#timer.unref();
    }
    const remove = this.#topics.add(topic, listener);
    return () => {
      remove();
      if (this.#topics.names.length === 0) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #poll(): void {
    let messages: readonly Message[];
    try {
      messages = this.#after(this.#heardUpTo);
    } catch (error) {
      // The next poll reads from the same place.
      this.#log(`store: messages cannot be read: ${error instanceof Error ? error.message : "?"}`);
      return;
    }
    for (const { id, topic, message } of messages) {
      this.#heardUpTo = id;
      this.#topics.deliver(topic, message);
    }
  }
}
