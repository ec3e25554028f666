import { parentPort, workerData } from "node:worker_threads";
import { loadPolicies } from "../../config/policies/load-policies.ts";
import { takeApart } from "./policy-parts.ts";

/** A thread of its own: loads the policies of the path that it is given, and hands a part over whenever it is asked. */
const path: unknown = workerData;
if (typeof path === "string") {
  const parts = takeApart(await loadPolicies(path));
  parentPort?.on("message", () => parentPort?.postMessage(parts.next().value));
  parentPort?.postMessage(parts.next().value);
}
