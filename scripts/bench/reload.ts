import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadQuietly } from "../../src/cli/quiet-load/load-quietly.ts";
import { loadPolicies } from "../../src/config/policies/load-policies.ts";
import { renderFault } from "../../src/core/place.ts";
import { createPolicyDirectory } from "../../src/core/policy-directory.ts";
import { type Benchmark, BenchmarkError } from "./benchmark.ts";
import { PORTUGAL_APPLICATION } from "./portugal.ts";
import { type Effort, measureRounds } from "./rounds.ts";

const SIZES = [100, 1_000] as const;

/** All that a reload does before it swaps: files read, checked and compiled. */
export const RELOAD: Benchmark = {
  name: "reload",
  title: "A reload, by applications",
  async run(effort: Effort) {
    const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
    try {
      const contenders = await Promise.all(
        SIZES.map(async (size) => {
          const file = join(folder, `${size}.json`);
          await Bun.write(file, JSON.stringify(policiesOf(size)));
          return {
            name: `${size} applications`,
            unit: "time" as const,
            measure: () => timeReload(file, size),
          };
        }),
      );
      const large = join(folder, `${SIZES[1]}.json`);
      const series = await measureRounds(
        [
          ...contenders,
          {
            name: `${SIZES[1]} applications, the longest that others wait meanwhile`,
            unit: "time" as const,
            measure: () => timeLongestStretch(large),
          },
        ],
        effort,
      );
      return {
        figures: series.map(({ figure }) => figure),
        targets: [],
        remarks: [
          "The longest wait is processor time of the thread that answers, between two turns of its event loop.",
          "Each application has one policy of three rules; one JSON file. The old policies serve meanwhile.",
        ],
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

function policiesOf(size: number): object {
  const applications = Array.from({ length: size }, (_, index) => ({
    ...PORTUGAL_APPLICATION,
    name: `app-${index}`,
    domain: `app-${index}.example.com`,
  }));
  return { applications };
}

async function timeReload(file: string, size: number): Promise<number> {
  const startedAt = performance.now();
  const { policySet, faults } = await loadPolicies(file);
  if (policySet === null) throw new BenchmarkError("program_failed", faults.map(renderFault).join("\n"));
  const directory = createPolicyDirectory(policySet);
  const elapsedMs = performance.now() - startedAt;
  if (directory.policies.applications.size !== size)
    throw new BenchmarkError(
      "answers_differ",
      `${directory.policies.applications.size} applications were loaded`,
    );
  return elapsedMs * 1e6;
}

/** The longest that a reload beside other work keeps its thread to itself, in nanoseconds of its processor time. */
async function timeLongestStretch(file: string): Promise<number> {
  let longestMs = 0;
  let turnedAt = threadMs();
  let isLoading = true;
  const turn = () => {
    const now = threadMs();
    longestMs = Math.max(longestMs, now - turnedAt);
    turnedAt = now;
    if (isLoading) setImmediate(turn);
  };
  setImmediate(turn);
  const { faults } = await loadQuietly(file);
  turn();
  isLoading = false;
  if (faults.length > 0) throw new BenchmarkError("program_failed", faults.map(renderFault).join("\n"));
  return longestMs * 1e6;
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
