import { join } from "node:path";
import { BenchmarkError } from "./benchmark.ts";
import { findProgram, pinned } from "./processes.ts";

export interface Load {
  readonly url: string;
  /** Requests in turn: one line each, path, tab, body. Written by `writeRequests`. */
  readonly requests: string;
  /** How many of them to leave out at first. */
  readonly skip?: number;
  readonly connections: number;
  /** The core that asks; any unless given. */
  readonly core?: number;
}

const SCRIPT = join(import.meta.dir, "post-requests.lua");

/** Posts requests for `durationMs`, each connection one after another, and says how many were answered by a 200. */
export async function runWrk(
  load: Load,
  durationMs: number,
): Promise<{ answered: number; perSecond: number }> {
  const seconds = Math.max(Math.round(durationMs / 1_000), 1);
  const options = ["-t1", `-c${load.connections}`, `-d${seconds}s`, "-s", SCRIPT, load.url];
  const command = [findProgram("wrk"), ...options, "--", load.requests, String(load.skip ?? 0)];
  const child = Bun.spawn([...(load.core === undefined ? command : pinned(load.core, command))], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = await child.stdout.text();
  await child.exited;
  const [, answered, refused, broken, micros] =
    /^totals (\d+) (\d+) (\d+) (\d+)$/m.exec(output)?.map(Number) ?? [];
  if (answered === undefined || micros === undefined || refused !== 0 || broken !== 0)
    throw new BenchmarkError("program_failed", `not every request was answered by a 200: ${output}`);
  return { answered, perSecond: (answered * 1e6) / micros };
}

export async function writeRequests(
  file: string,
  requests: readonly (readonly [path: string, body: object])[],
) {
  await Bun.write(file, requests.map(([path, body]) => `${path}\t${JSON.stringify(body)}\n`).join(""));
}
