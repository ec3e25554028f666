import { join } from "node:path";
import { type Benchmark, BenchmarkError } from "./benchmark.ts";
import { GROWING, type Growing } from "./growth-inputs.ts";
import { type Figure, figureOf, type Target } from "./report.ts";
import { type Effort, measureRounds, ratio, timeCalls } from "./rounds.ts";

/** The largest size that is measured where time is short. */
const MAX_QUICK_SIZE = 1_000;
const MEMORY = join(import.meta.dir, "growth-memory.ts");

/** What a decision costs the more entries there are to look among. */
export const GROWTH: Benchmark = {
  name: "growth",
  title: "A decision among more and more entries",
  async run(effort) {
    const figures: Figure[] = [];
    const targets: Target[] = [];
    for (const growing of GROWING) {
      const grown = await measureGrowth(growing, effort);
      figures.push(...grown.figures);
      targets.push(...grown.targets);
    }
    return {
      figures,
      targets,
      remarks: [
        "Facts are at hand; hosts are parsed and found. One request in two names an entry, spread over all of them, and one names none.",
        "Policies are tried in order until one matches: their number is the one thing that a decision grows with.",
        "Memory is what a process of its own holds resident after garbage collection; some of what reading the policies took may still be part of it.",
      ],
    };
  },
};

async function measureGrowth(growing: Growing, effort: Effort) {
  const { name, unit } = growing;
  const sizes = effort.quick ? growing.sizes.filter((size) => size <= MAX_QUICK_SIZE) : growing.sizes;
  const series = await measureRounds(
    sizes.map((size) => {
      const decide = growing.create(size);
      requireHalf(name, decide);
      return {
        name: `${name}: ${size} ${unit}`,
        unit: "time",
        measure: (roundMs: number) => timeCalls(decide, roundMs),
      };
    }),
    effort,
  );
  const figures: Figure[] = [];
  for (const [index, { figure }] of series.entries()) {
    const memory = await measureMemory(name, sizes[index] ?? 0);
    figures.push(figure, figureOf(`${name}: ${sizes[index]} ${unit}, resident`, "bytes", [memory]));
  }
  const largest = series.at(-1);
  const targets: Target[] =
    unit === "policies" || largest === undefined
      ? []
      : [
          {
            name: `${name} at its largest`,
            unit: "time",
            measured: largest.figure.median,
            wanted: { atMost: 1_000 },
          },
          {
            name: `${name}, against 10`,
            unit: "ratio",
            measured: ratio(largest, series[0]),
            wanted: { atMost: 10 },
          },
        ];
  return { figures, targets };
}

/** Requests are made so that one in two is permitted; where another share is, the look-up is wrong. */
function requireHalf(name: string, decide: (index: number) => boolean): void {
  const permits = Array.from({ length: 1_000 }, (_, index) => decide(index)).filter(
    (permit) => permit,
  ).length;
  if (permits !== 500)
    throw new BenchmarkError(
      "answers_differ",
      `${name}: ${permits} of 1000 requests were permitted, not 500`,
    );
}

async function measureMemory(name: string, size: number): Promise<number> {
  const child = Bun.spawn([process.execPath, MEMORY, name, String(size)], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const bytes = Number(await child.stdout.text());
  if ((await child.exited) !== 0)
    throw new BenchmarkError("program_failed", `${name}: memory could not be measured`);
  return bytes;
}
