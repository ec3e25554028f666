import { join } from "node:path";
import { BenchmarkError } from "./benchmark.ts";

/** A server that a benchmark started. */
export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 5;

/** The command, on one core of the machine alone. */
export function pinned(core: number, command: readonly string[]): readonly string[] {
  return [findProgram("taskset"), "-c", String(core), ...command];
}

export function findProgram(name: string): string {
  const path = Bun.which(name, { PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` });
  if (path === null) throw new BenchmarkError("missing_program", `${name} is not installed`);
  return path;
}

/** Runs a script of this folder to its end and reads the number that it prints. */
export async function runScript(name: string, args: readonly string[], core?: number): Promise<number> {
  const command = [process.execPath, join(import.meta.dir, name), ...args];
  const child = Bun.spawn([...(core === undefined ? command : pinned(core, command))], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const text = await child.stdout.text();
  if ((await child.exited) !== 0 || text.trim() === "")
    throw new BenchmarkError("program_failed", `${name} failed`);
  return Number(text);
}

/** Starts a server that writes its log to `log`; it is ready once `findUrl` finds where it listens. */
export async function startServer(
  command: readonly string[],
  log: string,
  findUrl: (log: string) => string | null | Promise<string | null>,
): Promise<RunningServer> {
  const child = Bun.spawn([...command], {
    stdin: "ignore",
    stdout: Bun.file(log),
    stderr: Bun.file(`${log}.err`),
  });
  const stop = async () => {
    child.kill();
    await child.exited;
  };
  const endsAt = performance.now() + PATIENCE_MS;
  while (child.exitCode === null && performance.now() < endsAt) {
    const url = await findUrl(await readLog(log));
    if (url !== null) return { url, pid: child.pid, stop };
    await Bun.sleep(LOOK_EVERY_MS);
  }
  await stop();
  throw new BenchmarkError(
    "program_failed",
    `${command.join(" ")} did not start: ${await readLog(`${log}.err`)}`,
  );
}

function readLog(path: string): Promise<string> {
  return Bun.file(path)
    .text()
    .catch(() => "");
}

/** A port of loopback that was free a moment ago, for programs that cannot choose one themselves. */
export async function findFreePort(): Promise<number> {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port } = server;
  await server.stop(true);
  if (port === undefined) throw new BenchmarkError("program_failed", "no port of loopback is free");
  return port;
}
