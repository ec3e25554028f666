import { join } from "node:path";
import { type Benchmark, BenchmarkError } from "./benchmark.ts";
import { measureRounds } from "./rounds.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

const RUN = join(import.meta.dir, "garbage-run.ts");
const DECISIONS = 1_000_000;
const QUICK_DECISIONS = 100_000;
const COLLECTION = /^\[GC<.*=>/gm;

/** How often garbage is collected while decisions are made from facts at hand. */
export const GARBAGE: Benchmark = {
  name: "garbage",
  title: "Garbage collections, from facts to decisions",
  async run(effort) {
    const decisions = effort.quick ? QUICK_DECISIONS : DECISIONS;
    const series = await measureRounds(
      SCENARIOS.map((scenario) => ({
        name: `${scenario.name}: collections in ${decisions.toLocaleString("en")} decisions`,
        unit: "count",
        measure: async () =>
          (await countCollections(scenario, decisions)) - (await countCollections(scenario, 0)),
      })),
      { ...effort, rounds: Math.min(effort.rounds, 3) },
    );
    const figures = series.map(({ figure }) => figure);
    return {
      figures,
      targets: figures.map(({ name, unit, median }) => ({
        name,
        unit,
        measured: median,
        wanted: { atMost: 1 },
      })),
      remarks: [
        "What the engine of JavaScript itself logs (`BUN_JSC_logGC`), less those of a process that compiles the policies and decides nothing. A decision that allocated one small object would cause dozens.",
      ],
    };
  },
};

async function countCollections({ name }: Scenario, decisions: number): Promise<number> {
  const child = Bun.spawn([process.execPath, RUN, name, String(decisions)], {
    env: { ...process.env, BUN_JSC_logGC: "1" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, log] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) !== 0) throw new BenchmarkError("program_failed", `${RUN} failed`);
  return [...`${out}${log}`.matchAll(COLLECTION)].length;
}
