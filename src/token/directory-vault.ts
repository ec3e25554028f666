import { randomUUID } from "node:crypto";
import { link as linkFile, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { KeyVault } from "./key-vault.ts";
import { decodeRingRecord, encodeRingRecord, type Purpose, type RingRecord } from "./ring-record.ts";
import { TokenError } from "./token-error.ts";

const DRAFT = ".draft";
const OTHERS = 0o077;
const MAX_READS = 3;

/**
 * Keeps rings in files of this machine, `<purpose>.<version>.json`, for their owner's eyes only. A
 * version appears whole or not at all: it is written aside and then linked to its name, which
 * fails where the name is taken.
 */
export function createDirectoryVault(directory: string): KeyVault {
  async function read(purpose: Purpose): Promise<RingRecord | null> {
    for (let reads = 0; reads < MAX_READS; reads++) {
      const version = await findNewest(directory, purpose);
      if (version === 0) return null;
      const text = await readPrivateFile(join(directory, fileName(purpose, version)));
      // Where it is gone by now, it has a successor.
      if (text !== null) return decodeRingRecord(text, purpose, version);
    }
    throw new TokenError("vault_unavailable", `the keys in ${directory} change faster than they can be read`);
  }

  async function replace(next: RingRecord): Promise<boolean> {
    const { purpose, version } = next;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if ((await findNewest(directory, purpose)) !== version - 1) return false;
    const name = fileName(purpose, version);
    const draft = `${purpose}.${randomUUID()}${DRAFT}`;
    await writePrivateFile(join(directory, draft), encodeRingRecord(next));
    const link = linkFile(join(directory, draft), join(directory, name)).then(() => true);
    // Not so where the name is taken, or where another writer that won has cleared the draft away.
    const linked = await expecting(["EEXIST", "ENOENT"], false, link);
    // A writer that slept since it looked may have filled a gap below the newest version.
    const won = linked && (await findNewest(directory, purpose)) === version;
    if (linked && !won) await removeAll(directory, [name]);
    await removeAll(directory, won ? await findLeftovers(directory, next) : [draft]);
    return won;
  }

  return {
    place: directory,
    shared: false,
    read: (purpose) => reachFiles(directory, () => read(purpose)),
    replace: (next) => reachFiles(directory, () => replace(next)),
  };
}

/** Zero where there is none. */
async function findNewest(directory: string, purpose: Purpose): Promise<number> {
  const versions = (await listFiles(directory)).map((name) => versionOf(name, purpose));
  return Math.max(0, ...versions);
}

/** Older versions, and the drafts of writers that died; one that lives notices and tries again. */
async function findLeftovers(
  directory: string,
  { purpose, version }: RingRecord,
): Promise<readonly string[]> {
  const isOlder = (name: string) => versionOf(name, purpose) > 0 && versionOf(name, purpose) < version;
  const isDraft = (name: string) => name.startsWith(`${purpose}.`) && name.endsWith(DRAFT);
  return (await listFiles(directory)).filter((name) => isOlder(name) || isDraft(name));
}

async function listFiles(directory: string): Promise<readonly string[]> {
  return expecting(["ENOENT"], [], readdir(directory));
}

async function removeAll(directory: string, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => rm(join(directory, name), { force: true })));
}

function fileName(purpose: Purpose, version: number): string {
  return `${purpose}.${version}.json`;
}

function versionOf(name: string, purpose: Purpose): number {
  const version = Number(name.split(".")[1]);
  return Number.isSafeInteger(version) && name === fileName(purpose, version) ? version : 0;
}

async function readPrivateFile(path: string): Promise<string | null> {
  const file = await expecting(["ENOENT"], null, open(path, "r"));
  if (file === null) return null;
  try {
    const { mode } = await file.stat();
    if ((mode & OTHERS) !== 0) {
      throw new TokenError("vault_exposed", `${path} holds signing keys and is open to others: chmod 600 it`);
    }
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

async function writePrivateFile(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What the work gives; `otherwise` where it fails in one of the ways that are expected. */
async function expecting<T, O>(codes: readonly string[], otherwise: O, work: Promise<T>): Promise<T | O> {
  try {
    return await work;
  } catch (error) {
    if (codes.some((code) => hasCode(error, code))) return otherwise;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

async function reachFiles<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof TokenError) throw cause;
    throw new TokenError("vault_unavailable", `the signing keys in ${directory} cannot be read or written`, {
      cause,
    });
  }
}
