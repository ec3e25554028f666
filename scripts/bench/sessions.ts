import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { type Benchmark, BenchmarkError } from "./benchmark.ts";
import { fillWithSessions, measureJson } from "./many-sessions.ts";
import { createPeople } from "./person.ts";
import { runScript } from "./processes.ts";
import { startRedis } from "./redis.ts";
import { figureOf } from "./report.ts";

const SESSIONS = 100_000;
const QUICK_SESSIONS = 1_000;
const SAMPLE = 1_000;
const TIMEOUT_MS = 10_000;
const STORE_OPTIONS = { clock: systemClock, timeoutMs: TIMEOUT_MS };

/** What a live session takes in each store. */
export const SESSIONS_STORED: Benchmark = {
  name: "sessions",
  title: "Bytes of a live session, by store",
  async run({ quick }) {
    const count = quick ? QUICK_SESSIONS : SESSIONS;
    const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
    try {
      const redis = await measureRedis(folder, count);
      const sqlite = await measureSqlite(folder, count);
      const heap = (await runScript("session-memory.ts", ["heap", String(count)])) / count;
      const resident = (await runScript("session-memory.ts", ["resident", String(count)])) / count;
      const stores = [
        ["in memory", heap],
        ["in SQLite", sqlite.bytes],
        ["in Redis", redis],
      ] as const;
      return {
        figures: [
          figureOf("its JSON", "bytes", [sqlite.json]),
          ...stores.map(([name, bytes]) => figureOf(name, "bytes", [bytes])),
          figureOf("in memory, resident", "bytes", [resident]),
        ],
        targets: stores.map(([name, bytes]) => ({
          name: `${name}, of its JSON`,
          unit: "ratio",
          measured: bytes / sqlite.json,
          wanted: { atMost: 1.5 },
        })),
        remarks: [
          `${count.toLocaleString("en")} people, each with one login and one application; everything that a login writes counts: keys, expiry, indexes and the list of who is signed in. A session's JSON is what administrators are shown of it, with each fact whole.`,
          "In memory: what the heap holds more of after garbage collection. Resident memory also has what the allocator keeps for later. SQLite: the closed file. Redis: `used_memory`.",
        ],
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function measureSqlite(folder: string, count: number): Promise<{ bytes: number; json: number }> {
  const file = join(folder, "postern.db");
  const store = await openStore(`sqlite:${file}`, STORE_OPTIONS);
  await fillWithSessions(store, count);
  const json = await measureJson(store, createPeople(count).slice(0, SAMPLE));
  await store.close();
  return { bytes: Bun.file(file).size / count, json };
}

async function measureRedis(folder: string, count: number): Promise<number> {
  const redis = await startRedis(folder);
  const store = await openStore(`redis://127.0.0.1:${redis.port}`, STORE_OPTIONS);
  const usedMemory = async () => {
    const [, bytes] = /^used_memory:(\d+)/m.exec(await redis.client.info("memory")) ?? [];
    if (bytes === undefined) throw new BenchmarkError("program_failed", "Redis does not tell its memory");
    return Number(bytes);
  };
  try {
    const before = await usedMemory();
    await fillWithSessions(store, count);
    return ((await usedMemory()) - before) / count;
  } finally {
    await store.close();
    await redis.stop();
  }
}
