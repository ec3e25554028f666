import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { findPolicyFiles } from "../../config/policies/load-policies.ts";
import type { PolicyFile } from "../../config/policies/read-policies.ts";
import { UsageError } from "../io.ts";

/** What became of a file: `same` was there with the same bytes. */
export type WrittenState = "new" | "same" | "replaced";

export interface WrittenFile {
  readonly file: string;
  readonly state: WrittenState;
}

/**
 * Writes files into a folder, all or none of them: each aside first, then under its name. Files that are there with
 * other content are left alone, unless `force`: `UsageError`.
 */
export async function writeFiles(
  folder: string,
  files: readonly PolicyFile[],
  force: boolean,
): Promise<readonly WrittenFile[]> {
  const states = await Promise.all(files.map(async (file) => stateOf(folder, file)));
  const taken = states.flatMap(({ file, state }) => (state === "replaced" ? [file] : []));
  if (taken.length > 0 && !force) {
    throw new UsageError(
      `${folder} holds ${taken.join(", ")} with other content, and nothing was written: use another folder, or --force`,
    );
  }
  const changed = files.filter((_, index) => states[index]?.state !== "same");
  await mkdir(folder, { recursive: true });
  for (const { file, text } of changed) await writeFile(join(folder, asideOf(file)), text);
  for (const { file } of changed) await rename(join(folder, asideOf(file)), join(folder, file));
  return states;
}

/** Policy files of the folder that are not among these, and are loaded along with them. */
export async function findNeighbours(
  folder: string,
  files: readonly PolicyFile[],
): Promise<readonly string[]> {
  const own = new Set(files.map(({ file }) => file));
  const there = await findPolicyFiles(folder);
  return there.map((path) => basename(path)).filter((name) => !own.has(name));
}

async function stateOf(folder: string, { file, text }: PolicyFile): Promise<WrittenFile> {
  try {
    const there = await readFile(join(folder, file), "utf8");
    return { file, state: there === text ? "same" : "replaced" };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { file, state: "new" };
    throw error;
  }
}

/** A hidden file is no policy file. */
function asideOf(file: string): string {
  return `.${file}.importing`;
}
