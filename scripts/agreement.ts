/**
 * Puts random requests to the engine and to the naive evaluator of test/oracle until they differ.
 *
 *     bun scripts/agreement.ts [--count 10000000] [--seed N]
 *
 * Exit codes: 0 they agreed · 1 they differ, with the smallest such case printed · 2 wrong arguments.
 */
import { parseArgs } from "node:util";
import { findDisagreement, sameDecisions } from "../test/oracle/agreement.ts";
import { engine, oracle } from "../test/oracle/engine.ts";
import { printCase } from "../test/oracle/shrink-case.ts";

/** Cases between two lines of progress. */
const STEP = 25_000;

process.exitCode = run();

function run(): 0 | 1 | 2 {
  const wanted = readArguments();
  if (typeof wanted === "string") {
    console.error(wanted);
    return 2;
  }
  const { count, seed } = wanted;
  const startedAt = performance.now();
  let done = 0;
  const onCase = () => {
    done += 1;
    if (done % STEP === 0 && process.stderr.isTTY) showProgress(done, count, performance.now() - startedAt);
  };
  const disagreement = findDisagreement(engine, oracle, { ...sameDecisions(seed, count), onCase });
  if (process.stderr.isTTY) process.stderr.write("\n");
  if (disagreement === null) {
    console.log(`The engine and the naive evaluator agree on ${done} requests (seed ${seed}).`);
    return 0;
  }
  const { difference, smallest, agreed } = disagreement;
  console.log(`They differ after ${agreed} requests (seed ${seed}).`);
  console.log(`engine: ${difference} :naive evaluator\n${printCase(smallest)}`);
  return 1;
}

/** How many requests from which seed, or what is wrong with the arguments. */
function readArguments(): { count: number; seed: number } | string {
  const options = { count: { type: "string", default: "10000000" }, seed: { type: "string" } } as const;
  try {
    const { values } = parseArgs({ options });
    const count = Number(values.count);
    const seed = Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
    if (!Number.isSafeInteger(count) || count < 1) return "--count has to be a whole number from 1";
    return Number.isSafeInteger(seed) ? { count, seed } : "--seed has to be a whole number";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function showProgress(done: number, count: number, elapsedMs: number): void {
  const share = Math.floor((100 * done) / count);
  const perSecond = Math.round((1_000 * done) / elapsedMs);
  process.stderr.write(`\r${share} %  ${done} of ${count} requests, ${perSecond} a second `);
}
