import { join } from "node:path";
import { Redis } from "ioredis";
import { findFreePort, findProgram, startServer } from "./processes.ts";

/** A Redis of a benchmark's own, which writes nothing to the disk. */
export interface RunningRedis {
  readonly port: number;
  /** A client with the patience of Postern's own, on a connection of its own. */
  readonly client: Redis;
  stop(): Promise<void>;
}

const TIMEOUT_MS = 5_000;

/** Starts `redis-server` in `folder`. */
export async function startRedis(folder: string): Promise<RunningRedis> {
  const port = await findFreePort();
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const server = await startServer(
    [findProgram("redis-server"), ...settings],
    join(folder, "redis.log"),
    (log) => (log.includes("Ready to accept connections") ? `redis://127.0.0.1:${port}` : null),
  );
  const client = new Redis({ host: "127.0.0.1", port, commandTimeout: TIMEOUT_MS });
  return {
    port,
    client,
    async stop() {
      client.disconnect();
      await server.stop();
    },
  };
}
