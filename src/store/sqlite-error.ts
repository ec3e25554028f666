import { SQLiteError } from "bun:sqlite";
import { StoreError, type StoreErrorCode } from "./store.ts";

const CODES: readonly (readonly [prefix: string, code: StoreErrorCode, message: string])[] = [
  ["SQLITE_FULL", "store_full", "the disk that holds the store is full"],
  ["SQLITE_CORRUPT", "store_corrupt", "the store file is damaged: restore it from a copy"],
  ["SQLITE_NOTADB", "store_misconfigured", "the store file is no SQLite database: name another file"],
  [
    "SQLITE_CANTOPEN",
    "store_misconfigured",
    "the store file cannot be opened: its folder must exist and be writable",
  ],
  ["SQLITE_READONLY", "store_misconfigured", "the store file is read-only: make it and its folder writable"],
  ["SQLITE_PERM", "store_misconfigured", "the store file may not be read: check its owner and mode"],
  ["SQLITE_BUSY", "store_unavailable", "another process kept the store file locked for too long"],
];

/** What a failure of SQLite means to whoever asked. */
export function toSqliteStoreError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const code = cause instanceof SQLiteError ? (cause.code ?? "") : "";
  const known = CODES.find(([prefix]) => code.startsWith(prefix));
  if (known !== undefined) return new StoreError(known[1], known[2], { cause });
  return new StoreError("store_unavailable", "the store file cannot be used just now", { cause });
}
