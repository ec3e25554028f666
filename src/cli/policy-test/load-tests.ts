import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { explainFileError } from "../../config/explain-file-error.ts";
import { readSourceFile } from "../../config/read-source-file.ts";
import type { PolicySet } from "../../core/model.ts";
import { type Fault, wholeOf } from "../../core/place.ts";
import type { OwnSchemas } from "./own-schemas.ts";
import type { PolicyTest } from "./policy-test.ts";
import { readPolicyTests, type TestsRead } from "./read-tests.ts";

const TEST_FILE = /\.test\.(?:yaml|yml|json)$/;
/** Folders and files that are nobody's tests of these policies. */
const PASSED_OVER = /(?:^|\/)(?:\.|node_modules\/)/;

/** Reads the policy tests of files, and of folders and the folders in them. All faults of all files; never throws. */
export async function loadPolicyTests(
  paths: readonly string[],
  set: PolicySet,
  now: number,
  schemas: OwnSchemas = new Map(),
): Promise<TestsRead> {
  const faults: Fault[] = [];
  const tests: PolicyTest[] = [];
  for (const path of paths) {
    try {
      const files = (await stat(path)).isDirectory() ? await findTestFiles(path) : [path];
      if (files.length === 0) faults.push(faultOf(path, "the folder holds no tests (*.test.yaml)"));
      for (const file of files) {
        const read = readPolicyTests(await readSourceFile(file), set, now, schemas);
        tests.push(...read.tests);
        faults.push(...read.faults);
      }
    } catch (error) {
      faults.push(faultOf(path, explainFileError(error)));
    }
  }
  return { tests: faults.length > 0 ? [] : tests, faults };
}

async function findTestFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .filter((path) => TEST_FILE.test(path) && !PASSED_OVER.test(path))
    .map((path) => join(folder, path))
    .toSorted();
}

function faultOf(file: string, message: string): Fault {
  return { place: wholeOf(file), message };
}
