import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { wholeOf } from "../../core/place.ts";
import { explainFileError } from "../explain-file-error.ts";
import { readSourceFile } from "../read-source-file.ts";
import { type PoliciesRead, resolvePolicies } from "./read-policies.ts";

/** Files of a folder that hold policies: no hidden ones, and not the policies' tests beside them. */
const POLICY_FILE = /^[^.].*(?<!\.test)\.(?:yaml|yml|json)$/;

/** Reads the policies of files, and of the files of folders (not of folders in them), as one set. Never throws. */
export async function loadPolicies(...paths: readonly [string, ...string[]]): Promise<PoliciesRead> {
  const found: string[] = [];
  for (const path of paths) {
    try {
      const files = (await stat(path)).isDirectory() ? await findPolicyFiles(path) : [path];
      if (files.length === 0) return refuse(path, "the folder holds no policy files (.yaml, .yml, .json)");
      found.push(...files);
    } catch (error) {
      return refuse(path, explainFileError(error));
    }
  }
  return resolvePolicies(await Promise.all(new Set(found).values().map(readSourceFile)));
}

/** The policy files of a folder, in order of name. */
export async function findPolicyFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && POLICY_FILE.test(entry.name))
    .map(({ name }) => join(folder, name))
    .toSorted();
}

function refuse(file: string, message: string): PoliciesRead {
  return { policySet: null, faults: [{ place: wholeOf(file), message }] };
}
