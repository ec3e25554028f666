import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { openSqliteFile } from "../../src/store/sqlite-file.ts";
import { SqliteStore } from "../../src/store/sqlite-store.ts";
import { type Store, StoreError } from "../../src/store/store.ts";
import { Topics } from "../../src/store/topics.ts";
import { codeOf, collect, freshKey } from "./store-contract.ts";

const KILLS = process.env.POSTERN_LONG === "1" ? 100 : 20;

let folder: string;
let path: string;
let url: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-sqlite-"));
  path = join(folder, "store.db");
  url = `sqlite:${path}`;
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Opens the store, uses it and closes it. */
async function using<T>(use: (store: Store) => Promise<T>, clock = systemClock): Promise<T> {
  const store = await openStore(url, { clock });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

function runScript(name: string, ...args: string[]) {
  return Bun.spawn([process.execPath, join(import.meta.dir, name), url, ...args], { stdout: "pipe" });
}

describe("an sqlite store", () => {
  test(
    `killed ${KILLS} times at any moment it has every write that was acknowledged, and whole transactions only`,
    async () => {
      for (let kill = 0; kill < KILLS; kill++) {
        const writer = runScript("sqlite-writer.ts", `run-${kill}`);
        const output = readUntil(writer.stdout, 1 + ((kill * 37) % 40));
        await output.enough;
        writer.kill("SIGKILL");
        await writer.exited;
        const acknowledged = (await output.all).split("\n").slice(0, -1).length;
        await using(async (store) => {
          const held = await collect(store.scan(["written", `run-${kill}`]));
          const numbers = Object.keys(held).length - 1;
          expect(numbers).toBeGreaterThanOrEqual(acknowledged);
          expect(await store.getMany([["written", `run-${kill}`, "latest"]])).toEqual([String(numbers - 1)]);
          expect(held[JSON.stringify(["written", `run-${kill}`, "7"])] ?? "x".repeat(7)).toBe("x".repeat(7));
        });
      }
      const [verdict] = new Database(path).query("PRAGMA integrity_check").values()[0] ?? [];
      expect(verdict).toBe("ok");
    },
    KILLS * 9_000,
  );

  test("several processes on one file: each key is claimed by exactly one", async () => {
    const claimers = ["a", "b", "c"].map((name) => runScript("sqlite-claimer.ts", name));
    const outputs = await Promise.all(claimers.map((claimer) => new Response(claimer.stdout).text()));
    expect(outputs.map(Number).reduce((sum, got) => sum + got, 0)).toBe(1_000);
    await using(async (store) => {
      const holders = Object.values(await collect(store.scan(["claim"])));
      expect(
        ["a", "b", "c"].map((name) => String(holders.filter((holder) => holder === name).length)),
      ).toEqual(outputs);
    });
  }, 180_000);

  test("syncs what it acknowledges: write-ahead log, in full", async () => {
    await using(async (store) => {
      await store.set(freshKey(), "x", null);
      const [mode] = new Database(path).query("PRAGMA journal_mode").values()[0] ?? [];
      expect(mode).toBe("wal");
      expect(await store.setDurably(freshKey(), "x", null)).toBe(true);
    });
  });

  test("writes of one turn are one transaction: another process sees all or none of them", async () => {
    await using(async (store) => {
      const other = new Database(path, { readonly: true });
      const count = other.query<{ n: number }, []>("SELECT count(*) AS n FROM entries");
      const seen = new Set<number>();
      const writes = Promise.all(
        Array.from({ length: 1_000 }, (_, n) => store.set(["turn", String(n)], "x", null)),
      );
      let written = false;
      void writes.then(() => (written = true));
      while (!written) {
        seen.add(count.get()?.n ?? -1);
        await Bun.sleep(0);
      }
      seen.add(count.get()?.n ?? -1);
      other.close();
      expect([...seen].filter((n) => n !== 0 && n !== 1_000)).toEqual([]);
    });
  });

  test("closing acknowledges what was written before", async () => {
    const store = await openStore(url, { clock: systemClock });
    const key = freshKey();
    const write = store.set(key, "x", null);
    await store.close();
    await write;
    expect(await using((again) => again.getMany([key]))).toEqual(["x"]);
  });

  test("sweeps what has expired, so that the file does not grow", async () => {
    let now = 1_000_000;
    await using(
      async (store) => {
        for (let n = 0; n < 50; n++) await store.set(["reply", String(n)], "x", now + 1_000);
        await store.set(["kept"], "x", null);
        now += 61_000;
        await store.set(["late"], "x", null);
        const rows = new Database(path).query<{ key: string }, []>("SELECT key FROM entries").all();
        expect(rows.map(({ key }) => key)).toEqual(["kept:", "late:"]);
      },
      () => now,
    );
  });

  test("locked by another process for too long it is unavailable for writing, and still read", async () => {
    await using(async (store) => {
      const key = freshKey();
      await store.set(key, "x", null);
      const other = new Database(path);
      other.run("BEGIN IMMEDIATE");
      const codes = [
        await codeOf(store.set(key, "y", null)),
        await codeOf(store.claim(freshKey(), "y", null)),
      ];
      const read = await store.getMany([key]);
      other.run("ROLLBACK");
      other.close();
      expect(codes).toEqual(["store_unavailable", "store_unavailable"]);
      expect(read).toEqual(["x"]);
      await store.set(key, "y", null);
      expect(await store.getMany([key])).toEqual(["y"]);
    });
  });

  test("full: writes are refused as such, all of one turn together, while reads go on", async () => {
    const database = openSqliteFile(path);
    const full = new SqliteStore(database, systemClock, new Topics(() => {}), () => {}, 100);
    const key = freshKey();
    await full.set(key, "x", null);
    database.run("PRAGMA max_page_count = 40");
    const big = Array.from({ length: 10 }, (_, n) => full.set(["big", String(n)], "x".repeat(100_000), null));
    expect(new Set(await Promise.all(big.map(codeOf)))).toEqual(new Set(["store_full"]));
    expect(await full.getMany([key, ["big", "0"]])).toEqual(["x", null]);
    await full.close();
  });

  test("the file may be read by its owner only", async () => {
    await using(async (store) => {
      await store.set(freshKey(), "x", null);
      for (const name of ["", "-wal", "-shm"]) expect(statSync(path + name).mode & 0o077).toBe(0);
    });
  });

  test("a damaged file is corrupt, and not empty", async () => {
    await using(async (store) => {
      await Promise.all(
        Array.from({ length: 500 }, (_, n) => store.set(["written", String(n)], "x".repeat(500), null)),
      );
    });
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x5a, 4_096 * 8, 4_096 * 60));
    const codes = await using((store) =>
      Promise.all(Array.from({ length: 500 }, (_, n) => codeOf(store.getMany([["written", String(n)]])))),
    );
    expect(codes).toContain("store_corrupt");
  });

  test.each([
    [
      "a folder that does not exist",
      () => `sqlite:${join(folder, "none", "x.db")}`,
      /none\/x\.db: its folder does not exist: make it/,
    ],
    ["a folder instead of a file", () => `sqlite:${folder}`, /: it is a folder: name a file in it/],
    [
      "a path through a file",
      () => `sqlite:${put("file", "")}/x.db`,
      /file\/x\.db: a part of its path is a file/,
    ],
    [
      "a file that is no database",
      () => `sqlite:${put("text.db", "x".repeat(5_000))}`,
      /text\.db: the store file is no SQLite database: name another file/,
    ],
    [
      "another program's database",
      () => `sqlite:${foreign()}`,
      /foreign\.db: the store file belongs to another program: name another file/,
    ],
    [
      "a database of a newer Postern",
      () => `sqlite:${newer()}`,
      /newer\.db: the store file was written by a newer Postern: upgrade/,
    ],
  ])("refuses %s, saying how to mend it", async (_, badUrl, message) => {
    const refusal = await openStore(badUrl(), { clock: systemClock }).catch((error: unknown) => error);
    if (!(refusal instanceof StoreError)) throw new Error("not refused");
    expect(refusal.code).toBe("store_misconfigured");
    expect(refusal.message).toMatch(message);
  });
});

function put(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function foreign(): string {
  const file = join(folder, "foreign.db");
  const database = new Database(file, { create: true });
  database.run("CREATE TABLE notes (text TEXT)");
  database.close();
  return file;
}

function newer(): string {
  const file = join(folder, "newer.db");
  const database = new Database(file, { create: true });
  database.run(`PRAGMA application_id = ${0x504f5354}`);
  database.run("PRAGMA user_version = 2");
  database.close();
  return file;
}

/** The output, and a promise for its first lines. */
function readUntil(stream: ReadableStream<Uint8Array>, lines: number) {
  const enough = Promise.withResolvers<void>();
  const all = (async () => {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      if (text.split("\n").length > lines) enough.resolve();
    }
    enough.resolve();
    return text;
  })();
  return { enough: enough.promise, all };
}
