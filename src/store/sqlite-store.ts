import type { Database } from "bun:sqlite";
import type { Clock } from "../clock.ts";
import { CommitQueue } from "./commit-queue.ts";
import { checkEntry } from "./entry.ts";
import { decodeKey, encodeKey } from "./key.ts";
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
  readonly #messages: SqliteMessages;
  readonly #statements: ReturnType<typeof prepare>;
  #nextSweepAt = 0;

  /** A write waits at most `timeoutMs` for other processes to let go of the file. */
  constructor(database: Database, clock: Clock, topics: Topics, log: Log, timeoutMs: number) {
    this.#database = database;
    this.#clock = clock;
    this.#commits = new CommitQueue(database, timeoutMs);
    this.#messages = new SqliteMessages(database, this.#commits, clock, topics, log);
    this.#statements = prepare(database);
  }

  async getMany(keys: readonly Key[]): Promise<readonly (string | null)[]> {
    return this.#attempt(() => {
      const now = this.#clock();
      return keys.map((key) => this.#statements.get.get(encodeKey(key), now)?.value ?? null);
    });
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
    for (const { key, value } of this.#range(encodeKey(prefix))) yield { key: decode(key), value };
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
      const encoded = memberKey(collection, member);
      if (this.#statements.get.get(encoded, this.#clock()) !== null) return;
      this.#sweep();
      this.#statements.put.run(encoded, value, expiresAt);
    });
  }

  async members(collection: Key): Promise<ReadonlyMap<string, string>> {
    const start = COLLECTION + encodeKey(collection);
    const members = new Map<string, string>();
    for (const { key, value } of this.#range(start)) {
      const [member, ...deeper] = decode(key.slice(start.length));
      if (deeper.length === 0) members.set(member, value);
    }
    return members;
  }

  async claim(key: Key, value: string, expiresAt: number | null): Promise<Claim> {
    checkEntry(value, expiresAt);
    return this.#commits.add(() => {
      this.#sweep();
      const encoded = encodeKey(key);
      const now = this.#clock();
      const held = this.#statements.get.get(encoded, now);
      if (held !== null) return { claimed: false, value: held.value };
      this.#statements.put.run(encoded, value, expiresAt);
      return { claimed: true, value };
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

  /** Every live row whose key starts with `start`, which ends in a colon; in order. */
  *#range(start: string): Generator<Row> {
    // The keys that start with "a:" are those from "a:" up to "a;", the next character after the colon.
    const end = `${start.slice(0, -1)};`;
    let from = start;
    let page: readonly Row[];
    do {
      page = this.#attempt(() => this.#statements.page.all(from, end, this.#clock(), SCAN_PAGE));
      yield* page;
      // A space sorts before every character of a key: the next page starts right after this one.
      from = `${page.at(-1)?.key} `;
    } while (page.length === SCAN_PAGE);
  }

  #attempt<T>(read: () => T): T {
    try {
      return read();
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
