import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { Redis } from "ioredis";
import { DIE_WITH_PARENT } from "./die-with-parent.ts";

/** How a client that is no part of what is tested connects. */
export interface AdminOptions {
  readonly password?: string;
  readonly tls?: ConnectionOptions;
  /** False for asking a server that is not ready. */
  readonly enableReadyCheck?: boolean;
}

/** A Redis of our own on a free loopback port, with a folder of its own under the temporary folder. */
export interface RedisServer {
  readonly port: number;
  /** `--name value` pairs it was started with. */
  readonly settings: readonly string[];
  /** A client that is no part of what is tested. */
  admin(options?: AdminOptions): Redis;
  /** SIGKILL, reaped. What is on its disk stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** SIGSTOP: connected, and silent. */
  hang(): void;
  resume(): void;
  /** Kills it and removes its folder; also at the end of the block of an `await using`. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const STARTING_TAKES_AT_MOST_MS = 60_000;

export interface RedisSettings {
  /** More `--name value` pairs. */
  readonly settings?: readonly string[];
  readonly program?: "redis-server" | "redis-sentinel";
  /** Lines of a configuration file, for what has no command-line form. */
  readonly file?: (port: number) => string;
  /** How the started server is reached, where that is not plain TCP. */
  readonly adminOptions?: AdminOptions;
}

const running = new Set<Bun.Subprocess>();
// A test that ends early must not leave a server behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a server and waits until it answers. */
export async function startRedis(options: RedisSettings = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "postern-redis-"));
  const port = await freePort();
  const file = join(folder, "redis.conf");
  await Bun.write(file, options.file?.(port) ?? "");
  const listening = options.settings?.includes("--tls-port") ? [] : ["--port", String(port)];
  const settings = [
    ...["--bind", "127.0.0.1", "--save", "", "--dir", folder, "--loglevel", "warning"],
    ...["--logfile", join(folder, "redis.log")],
    ...listening,
    ...(options.settings ?? []).map((text) => text.replace("{port}", String(port))),
  ];
  const clients: Redis[] = [];
  let child = spawn();
  try {
    await answering();
  } catch (error) {
    await stop();
    throw error;
  }

  function spawn(): Bun.Subprocess {
    const command = [...DIE_WITH_PARENT, options.program ?? "redis-server", file, ...settings];
    const started = Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
    running.add(started);
    return started;
  }
  function admin(clientOptions: AdminOptions = {}): Redis {
    const client = new Redis({ host: "127.0.0.1", port, ...options.adminOptions, ...clientOptions });
    client.on("error", () => {});
    clients.push(client);
    return client;
  }
  async function answering(): Promise<void> {
    const client = new Redis({
      ...{ host: "127.0.0.1", port, ...options.adminOptions },
      ...{ enableReadyCheck: false, maxRetriesPerRequest: null, retryStrategy: () => 20 },
    });
    client.on("error", () => {});
    const late = Bun.sleep(STARTING_TAKES_AT_MOST_MS).then(() => false);
    const early = child.exited.then(() => false);
    const up = await Promise.race([client.ping().then(() => true, isLoading), late, early]);
    client.disconnect();
    if (!up) throw new Error(`redis did not start: ${await Bun.file(join(folder, "redis.log")).text()}`);
  }
  async function kill(): Promise<void> {
    child.kill("SIGKILL");
    await child.exited;
    running.delete(child);
  }
  async function stop(): Promise<void> {
    for (const client of clients) client.disconnect();
    await kill();
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    port,
    settings,
    admin,
    kill,
    async restart() {
      child = spawn();
      await answering();
    },
    hang: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function isLoading(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("LOADING");
}

/** A loopback port that nothing listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("no port"));
      });
    });
  });
}
