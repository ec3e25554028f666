import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark } from "./benchmark.ts";
import { playEdge } from "./played-edge.ts";
import { PORTUGAL } from "./portugal.ts";
import { measureRounds } from "./rounds.ts";
import { startService, writeConfiguration } from "./service.ts";

/** From the start of the process to a listener that is open. */
export const START: Benchmark = {
  name: "start",
  title: "Start to ready",
  async run(effort) {
    const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
    const edge = await playEdge();
    const timeStart = async () => {
      const startedAt = performance.now();
      const service = await startService(folder);
      const elapsedMs = performance.now() - startedAt;
      await service.stop();
      return elapsedMs * 1e6;
    };
    try {
      const [first, later] = await measureRounds(
        [
          {
            name: "the first start, which makes the keys",
            unit: "time",
            async measure() {
              await rm(join(folder, "keys"), { recursive: true, force: true });
              await writeConfiguration(folder, edge, PORTUGAL.policies);
              return timeStart();
            },
          },
          {
            name: "a later start",
            unit: "time",
            async measure() {
              await writeConfiguration(folder, edge, PORTUGAL.policies);
              return timeStart();
            },
          },
        ],
        effort,
      );
      const figures = [first, later].flatMap((series) => series?.figure ?? []);
      return {
        figures,
        targets: figures.map(({ name, median }) => ({
          name,
          unit: "time" as const,
          measured: median,
          wanted: { atMost: 1e9 },
        })),
        remarks: [
          "`postern serve` with an SQLite store, until it says where it listens; looked at every 5 ms.",
        ],
      };
    } finally {
      await edge.stop();
      await rm(folder, { recursive: true });
    }
  },
};
