/** Runs one benchmark and prints its report as JSON: `bun scripts/bench/run-benchmark.ts NAME EFFORT`, for bench.ts. */
import { Value } from "@sinclair/typebox/value";
import { BenchmarkError } from "./benchmark.ts";
import { BENCHMARKS } from "./benchmarks.ts";
import { Effort } from "./rounds.ts";

const [name, effort = ""] = process.argv.slice(2);
const benchmark = BENCHMARKS.find((each) => each.name === name);
if (benchmark === undefined) throw new Error(`there is no benchmark "${name}"`);
try {
  console.log(JSON.stringify(await benchmark.run(Value.Parse(Effort, JSON.parse(effort)))));
} catch (error) {
  if (!(error instanceof BenchmarkError)) throw error;
  console.error(`${name}: ${error.message}`);
  process.exitCode = 1;
}
