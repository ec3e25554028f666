import { stat } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { findPolicyFiles, loadPolicies } from "../../config/policies/load-policies.ts";
import type { PoliciesRead } from "../../config/policies/read-policies.ts";
import { compileStepwise } from "../../core/compile.ts";
import type { PolicySet } from "../../core/model.ts";
import { directoryOf, type PolicyDirectory } from "../../core/policy-directory.ts";
import type { DirectoryRead } from "../load-directory.ts";
import { createAssembly, type PolicyPart } from "./policy-parts.ts";

/** Reading less than this takes a few milliseconds: a thread would take longer to start. */
const SMALL_BYTES = 16 * 1024;
/** Others are answered at least as often. */
const SLICE_MS = 4;

/**
 * `loadDirectory` while others are being answered: large files are read in a thread of its own, and what is
 * left for this one is done in slices. Rejects where the thread fails.
 */
export async function loadQuietly(path: string): Promise<DirectoryRead> {
  const { policySet, faults } = await ((await isSmall(path)) ? loadPolicies(path) : loadBeside(path));
  return policySet === null
    ? { directory: null, faults }
    : { directory: await compileQuietly(policySet), faults: [] };
}

/** What cannot be looked at is small: loading it says why. */
async function isSmall(path: string): Promise<boolean> {
  try {
    const files = (await stat(path)).isDirectory() ? await findPolicyFiles(path) : [path];
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    return sizes.reduce((sum, size) => sum + size, 0) < SMALL_BYTES;
  } catch {
    return true;
  }
}

async function loadBeside(path: string): Promise<PoliciesRead> {
  const { promise, resolve, reject } = Promise.withResolvers<PoliciesRead>();
  const assemble = createAssembly();
  const thread = new Worker(new URL("./policy-thread.ts", import.meta.url), { workerData: path });
  thread.on("message", (part: PolicyPart) => {
    const read = assemble(part);
    if (read === null) thread.postMessage("next");
    else resolve(read);
  });
  thread.on("error", reject);
  thread.on("exit", () => reject(new Error("the thread that loads the policies has ended")));
  try {
    return await promise;
  } finally {
    await thread.terminate();
  }
}

async function compileQuietly(policySet: PolicySet): Promise<PolicyDirectory> {
  const steps = compileStepwise(policySet);
  let startedAt = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return directoryOf(step.value);
    if (performance.now() - startedAt < SLICE_MS) continue;
    await nextTurn();
    startedAt = performance.now();
  }
}
