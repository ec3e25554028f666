/**
 * Mutates requests that proxies were told to deny until one is permitted.
 *
 *     bun scripts/proxy-mutations.ts [--count 1000000] [--seed N]
 *
 * Exit codes: 0 none was · 1 one was, and is printed.
 */
import { parseArgs } from "node:util";
import { findEscape } from "../test/proxy/mutations.ts";

const { values } = parseArgs({
  options: { count: { type: "string", default: "1000000" }, seed: { type: "string" } },
});
const seed = Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
const startedAt = performance.now();
const found = await findEscape(seed, Number(values.count));
const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
if (found === null)
  console.log(`None of ${values.count} mutations was permitted (seed ${seed}, ${seconds} s).`);
else console.log(`Permitted (seed ${seed}): ${JSON.stringify(found, null, 2)}`);
process.exit(found === null ? 0 : 1);
