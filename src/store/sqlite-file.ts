import { Database } from "bun:sqlite";
import { closeSync, openSync } from "node:fs";
import { toSqliteStoreError } from "./sqlite-error.ts";
import { StoreError } from "./store.ts";

/** "POST": says whose file this is, so that another program's database is never written into. */
const APPLICATION_ID = 0x504f5354;
/** How long opening may wait for another process that lays out the file or recovers it after a crash. */
const OPENING_WAIT_MS = 5_000;
/** How long one statement may hold up the event loop; longer waits are the commit queue's. */
const LOCK_WAIT_MS = 5;
const SCHEMA_VERSION = 1;
/** Four times the usual: a value of more than a quarter of a page takes pages of its own. */
const PAGE_BYTES = 16_384;
/** Pages that are read and written again and again stay at hand: without room for them each is copied anew. */
const CACHE_KIB = 32_768;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entries (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, message TEXT NOT NULL, sent_at INTEGER NOT NULL
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};`;

const REASONS: { readonly [code: string]: string } = {
  EACCES:
    "it may not be opened: make it and its folder readable and writable for the user that Postern runs as",
  EISDIR: "it is a folder: name a file in it",
  ENOENT: "its folder does not exist: make it, or name another file",
  ENOSPC: "the disk is full: make room, or name a file on another one",
  ENOTDIR: "a part of its path is a file and not a folder: name another file",
  EROFS: "its file system is read-only: name a file on another one",
};

/**
 * Opens the file, made readable by its owner only, and lays out its tables. An acknowledged write has
 * been synced to the disk (`synchronous=FULL`): a revocation outlives a power cut, not only a crash.
 */
export function openSqliteFile(path: string): Database {
  try {
    closeSync(openSync(path, "a", 0o600));
    return layOut(new Database(path, { readwrite: true, strict: true }));
  } catch (cause) {
    throw explainOpening(path, cause);
  }
}

function layOut(database: Database): Database {
  try {
    database.run(`PRAGMA busy_timeout = ${OPENING_WAIT_MS}`);
    const empty = database.transaction(() => ensureOurs(database))();
    // Of a file that is laid out already it changes nothing.
    database.run(`PRAGMA page_size = ${PAGE_BYTES}`);
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = FULL");
    database.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    if (empty) database.transaction(() => database.run(SCHEMA)).immediate();
    database.run(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Why the file cannot be the store, with its path and what is to be done. */
function explainOpening(path: string, cause: unknown): StoreError {
  const code = cause instanceof Error && "syscall" in cause && "code" in cause ? String(cause.code) : null;
  if (code === null) {
    const { code: kind, message } = toSqliteStoreError(cause);
    return new StoreError(kind, `store ${path}: ${message}`, { cause });
  }
  const reason = REASONS[code] ?? `it cannot be opened (${code}): name another file`;
  return new StoreError("store_misconfigured", `store ${path}: ${reason}`, { cause });
}

/** Whether the file is still empty. Throws where it is another's. */
function ensureOurs(database: Database): boolean {
  const [owner] = database.query("PRAGMA application_id").values()[0] ?? [];
  const [tables] = database.query("SELECT count(*) FROM sqlite_master").values()[0] ?? [];
  const empty = owner === 0 && tables === 0;
  if (owner !== APPLICATION_ID && !empty) {
    throw new StoreError(
      "store_misconfigured",
      "the store file belongs to another program: name another file",
    );
  }
  const [version] = database.query("PRAGMA user_version").values()[0] ?? [];
  if (typeof version !== "number" || version > SCHEMA_VERSION) {
    throw new StoreError(
      "store_misconfigured",
      "the store file was written by a newer Postern: upgrade this one",
    );
  }
  return empty;
}
