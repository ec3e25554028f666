import type { Database } from "bun:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import { CommitQueue } from "./commit-queue.ts";
import { checkEntry } from "./entry.ts";
import { decodeKey, encodeKey } from "./key.ts";
import { ReadTurn } from "./read-turn.ts";
import { toSqliteStoreError } from "./sqlite-error.ts";
import { SqliteMessages } from "./sqlite-messages.ts";
import { type Claim, type Key, type Store, StoreError } from "./store.ts";
import type { Log, Topics } from "./topics.ts";

const SWEEP_EVERY_MS = 60_000;
const SWEEP_AT_MOST = 10_000;
const SCAN_PAGE = 500;
/** Stands before the key of a member; no key of an entry holds it. */
const COLLECTION = "#";

interface Row {
  readonly key: string;
  readonly value: string;
}

/** Keeps everything in one file, which several processes of one machine may share. */
export class SqliteStore implements Store {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #commits: CommitQueue;
  readonly #reads: ReadTurn;
  readonly #messages: SqliteMessages;
  readonly #statements: ReturnType<typeof prepare>;
  #nextSweepAt = 0;

  /** A write waits at most `timeoutMs` for other processes to let go of the file. */
  constructor(database: Database, clock: Clock, topics: Topics, log: Log, timeoutMs: number) {
    this.#database = database;
    this.#clock = clock;
    this.#commits = new CommitQueue(database, timeoutMs);
    this.#messages = new SqliteMessages(database, this.#commits, clock, topics, log);
    this.#reads = new ReadTurn(database);
    this.#statements = prepare(database);
  }

  async getMany(keys: readonly Key[]): Promise<readonly (string | null)[]> {
    return this.#read(() => {
      const now = this.#clock();
      return keys.map((key) => this.#statements.get.get(encodeKey(key), now)?.value ?? null);
    });
  }

  getAgain(keys: readonly Key[]): Promise<readonly (string | null)[]> {
    return this.getMany(keys);
  }

  async set(key: Key, value: string, expiresAt: number | null): Promise<void> {
    checkEntry(value, expiresAt);
    await this.#commits.add(() => {
      this.#sweep();
      this.#statements.put.run(encodeKey(key), value, expiresAt);
    });
  }

  async setDurably(key: Key, value: string, expiresAt: number | null): Promise<boolean> {
    await this.set(key, value, expiresAt);
    return true;
  }

  async delete(keys: readonly Key[]): Promise<void> {
    await this.#commits.add(() => {
      for (const key of keys) this.#statements.remove.run(encodeKey(key));
    });
  }

  async *scan(prefix: Key): AsyncGenerator<{ key: Key; value: string }> {
    for (const page of this.#pages(encodeKey(prefix))) {
      for (const { key, value } of page) yield { key: decode(key), value };
      if (page.length === SCAN_PAGE) await nextTurn();
    }
  }

  async put(collection: Key, member: string, value: string, expiresAt: number): Promise<void> {
    checkEntry(value, expiresAt);
    await this.#commits.add(() => {
      this.#sweep();
      this.#statements.put.run(memberKey(collection, member), value, expiresAt);
    });
  }

  async add(collection: Key, member: string, value: string, expiresAt: number): Promise<void> {
    checkEntry(value, expiresAt);
    await this.#commits.add(() => {
      this.#sweep();
      this.#statements.add.run(memberKey(collection, member), value, expiresAt, this.#clock());
    });
  }

  async members(collection: Key): Promise<ReadonlyMap<string, string>> {
    const start = COLLECTION + encodeKey(collection);
    const members = new Map<string, string>();
    for (const page of this.#pages(start)) {
      for (const { key, value } of page) {
        const [member, ...deeper] = decode(key.slice(start.length));
        if (deeper.length === 0) members.set(member, value);
      }
    }
    return members;
  }

  async claim(key: Key, value: string, expiresAt: number | null): Promise<Claim> {
    checkEntry(value, expiresAt);
    return this.#commits.add(() => {
      this.#sweep();
      const encoded = encodeKey(key);
      const now = this.#clock();
      const { changes } = this.#statements.add.run(encoded, value, expiresAt, now);
      const held = changes > 0 ? null : this.#statements.get.get(encoded, now);
      return { claimed: held === null, value: held?.value ?? value };
    });
  }

  publish(topic: string, message: string): Promise<void> {
    return this.#messages.publish(topic, message);
  }

  async subscribe(topic: string, listener: (message: string) => void): Promise<() => void> {
    return this.#attempt(() => this.#messages.subscribe(topic, listener));
  }

  async close(): Promise<void> {
    await this.#commits.drain();
    this.#messages.stop();
    this.#database.close();
  }

  /** Every live row whose key starts with `start`, which ends in a colon; in order, some at a time. */
  *#pages(start: string): Generator<readonly Row[]> {
    // The keys that start with "a:" are those from "a:" up to "a;", the next character after the colon.
    const end = `${start.slice(0, -1)};`;
    let from = start;
    let page: readonly Row[];
    do {
      page = this.#read(() => this.#statements.page.all(from, end, this.#clock(), SCAN_PAGE));
      yield page;
      // A space sorts before every character of a key: the next page starts right after this one.
      from = `${page.at(-1)?.key} `;
    } while (page.length === SCAN_PAGE);
  }

  #read<T>(read: () => T): T {
    return this.#attempt(() => {
      this.#reads.begin();
      return read();
    });
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw toSqliteStoreError(cause);
    }
  }

  #sweep(): void {
    const now = this.#clock();
    if (now < this.#nextSweepAt) return;
    this.#nextSweepAt = now + SWEEP_EVERY_MS;
    this.#statements.sweep.run(now, SWEEP_AT_MOST);
  }
}

function decode(encoded: string): Key {
  const key = decodeKey(encoded);
  if (key === undefined) throw new StoreError("store_corrupt", "the store holds a key that is not Postern's");
  return key;
}

function memberKey(collection: Key, member: string): string {
  return COLLECTION + encodeKey([...collection, member]);
}

function prepare(database: Database) {
  return {
    get: database.query<{ value: string }, [string, number]>(
      "SELECT value FROM entries WHERE key = ?1 AND (expires_at IS NULL OR expires_at > ?2)",
    ),
    put: database.query<never, [string, string, number | null]>(
      `INSERT INTO entries (key, value, expires_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
    ),
    /** Where nothing is live under the key. */
    add: database.query<never, [string, string, number | null, number]>(
      `INSERT INTO entries (key, value, expires_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
       WHERE entries.expires_at <= ?4`,
    ),
    remove: database.query<never, [string]>("DELETE FROM entries WHERE key = ?1"),
    page: database.query<Row, [string, string, number, number]>(
      `SELECT key, value FROM entries
       WHERE key >= ?1 AND key < ?2 AND (expires_at IS NULL OR expires_at > ?3) ORDER BY key LIMIT ?4`,
    ),
    sweep: database.query<never, [number, number]>(
      "DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE expires_at <= ?1 LIMIT ?2)",
    ),
  };
}
