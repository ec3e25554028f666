import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import { checkEntry, isLive } from "./entry.ts";
import { decodeKey, encodeKey } from "./key.ts";
import { type Claim, type Key, type Store, StoreError } from "./store.ts";
import type { Topics } from "./topics.ts";

const SWEEP_EVERY_MS = 60_000;
/** A scan looks at so many entries before others get their turn. */
const SCAN_SLICE = 500;

interface Entry {
  readonly value: string;
  readonly expiresAt: number | null;
}

/** Keeps everything in this process and loses it with the process. */
export class MemoryStore implements Store {
  readonly #entries = new Map<string, Entry>();
  readonly #collections = new Map<string, Map<string, Entry>>();
  readonly #clock: Clock;
  readonly #topics: Topics;
  #nextSweepAt = 0;
  #closed = false;

  constructor(clock: Clock, topics: Topics) {
    this.#clock = clock;
    this.#topics = topics;
  }

  /** How many entries are held, expired ones that no write has swept yet included. */
  get size(): number {
    let size = this.#entries.size;
    for (const members of this.#collections.values()) size += members.size;
    return size;
  }

  async getMany(keys: readonly Key[]): Promise<readonly (string | null)[]> {
    this.#ensureOpen();
    const now = this.#clock();
    return keys.map((key) => this.#read(encodeKey(key), now));
  }

  getAgain(keys: readonly Key[]): Promise<readonly (string | null)[]> {
    return this.getMany(keys);
  }

  async set(key: Key, value: string, expiresAt: number | null): Promise<void> {
    checkEntry(value, expiresAt);
    this.#ensureOpen();
    this.#sweep();
    this.#entries.set(encodeKey(key), { value, expiresAt });
  }

  async setDurably(key: Key, value: string, expiresAt: number | null): Promise<boolean> {
    await this.set(key, value, expiresAt);
    return false;
  }

  async delete(keys: readonly Key[]): Promise<void> {
    this.#ensureOpen();
    for (const key of keys) this.#entries.delete(encodeKey(key));
  }

  async *scan(prefix: Key): AsyncGenerator<{ key: Key; value: string }> {
    this.#ensureOpen();
    const start = encodeKey(prefix);
    // What is written meanwhile comes last: a scan ends, however fast its reader writes.
    const last = this.#entries.size;
    let seen = 0;
    for (const [encoded, { value, expiresAt }] of this.#entries) {
      if (seen === last) return;
      seen++;
      if (encoded.startsWith(start) && isLive(expiresAt, this.#clock())) {
        const key = decodeKey(encoded);
        if (key !== undefined) yield { key, value };
      }
      if (seen % SCAN_SLICE === 0) await nextTurn();
    }
    // Whoever closes the store empties it: what was not seen is not absent.
    this.#ensureOpen();
  }

  async claim(key: Key, value: string, expiresAt: number | null): Promise<Claim> {
    checkEntry(value, expiresAt);
    this.#ensureOpen();
    const encoded = encodeKey(key);
    const held = this.#read(encoded, this.#clock());
    if (held !== null) return { claimed: false, value: held };
    this.#sweep();
    this.#entries.set(encoded, { value, expiresAt });
    return { claimed: true, value };
  }

  async put(collection: Key, member: string, value: string, expiresAt: number): Promise<void> {
    checkEntry(value, expiresAt);
    this.#ensureOpen();
    this.#sweep();
    const encoded = encodeKey(collection);
    const members = this.#collections.get(encoded) ?? new Map<string, Entry>();
    this.#collections.set(encoded, members);
    members.set(member, { value, expiresAt });
  }

  async add(collection: Key, member: string, value: string, expiresAt: number): Promise<void> {
    checkEntry(value, expiresAt);
    const held = this.#collections.get(encodeKey(collection))?.get(member);
    if (held === undefined || !isLive(held.expiresAt, this.#clock())) {
      await this.put(collection, member, value, expiresAt);
    }
  }

  async members(collection: Key): Promise<ReadonlyMap<string, string>> {
    this.#ensureOpen();
    const now = this.#clock();
    const live = new Map<string, string>();
    for (const [member, { value, expiresAt }] of this.#collections.get(encodeKey(collection)) ?? []) {
      if (isLive(expiresAt, now)) live.set(member, value);
    }
    return live;
  }

  async publish(topic: string, message: string): Promise<void> {
    this.#ensureOpen();
    this.#topics.deliver(topic, message);
  }

  async subscribe(topic: string, listener: (message: string) => void): Promise<() => void> {
    this.#ensureOpen();
    return this.#topics.add(topic, listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#entries.clear();
    this.#collections.clear();
  }

  #read(encoded: string, now: number): string | null {
    const entry = this.#entries.get(encoded);
    return entry !== undefined && isLive(entry.expiresAt, now) ? entry.value : null;
  }

  #ensureOpen(): void {
    if (this.#closed) throw new StoreError("store_unavailable", "the store is closed");
  }

  #sweep(): void {
    const now = this.#clock();
    if (now < this.#nextSweepAt) return;
    this.#nextSweepAt = now + SWEEP_EVERY_MS;
    sweepEntries(this.#entries, now);
    for (const [encoded, members] of this.#collections) {
      sweepEntries(members, now);
      if (members.size === 0) this.#collections.delete(encoded);
    }
  }
}

function sweepEntries(entries: Map<string, Entry>, now: number): void {
  for (const [name, { expiresAt }] of entries) if (!isLive(expiresAt, now)) entries.delete(name);
}
