import { freePort, type RedisServer, type RedisSettings, startRedis } from "./redis-server.ts";

export interface SentinelFleet {
  /** The store URL of the whole. */
  readonly url: string;
  readonly primary: RedisServer;
  readonly replicas: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
  stop(): Promise<void>;
}

export interface Cluster {
  /** As in a store URL: HOST:PORT,HOST:PORT,HOST:PORT */
  readonly hosts: string;
  readonly primaries: readonly RedisServer[];
  stop(): Promise<void>;
}

export const SENTINEL_PASSWORD = "sentinel secret";

/** One primary, two replicas, three sentinels with a password, that fail over after half a second. */
export async function startSentinelFleet(): Promise<SentinelFleet> {
  const primary = await startRedis();
  const replicaOf = ["--replicaof", `127.0.0.1 ${primary.port}`, "--repl-diskless-sync-delay", "0"];
  const replicas = await Promise.all([
    startRedis({ settings: replicaOf }),
    startRedis({ settings: replicaOf }),
  ]);
  const file = (): string =>
    [
      `sentinel monitor main 127.0.0.1 ${primary.port} 2`,
      "sentinel down-after-milliseconds main 500",
      "sentinel failover-timeout main 3000",
      "sentinel parallel-syncs main 2",
      `requirepass "${SENTINEL_PASSWORD}"`,
    ].join("\n");
  const program = "redis-sentinel";
  const adminOptions = { password: SENTINEL_PASSWORD };
  const sentinels = await Promise.all(
    [1, 2, 3].map(() => startRedis({ program, file, adminOptions, settings: [] })),
  );
  const all = [...sentinels, ...replicas, primary];
  await until("two replicas and three sentinels know each other", async () => {
    const states = await Promise.all(
      sentinels.map((sentinel) => ask(sentinel, (client) => client.call("SENTINEL", "MASTER", "main"))),
    );
    return states.every(
      (state) => field(state, "num-slaves") === "2" && field(state, "num-other-sentinels") === "2",
    );
  });
  // A replica that has only just synced takes a while to acknowledge.
  await until("both replicas acknowledge a write", () =>
    ask(primary, async (client) => {
      await client.set("ready", "yes");
      return (await client.wait(2, 100)) === 2;
    }),
  );
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return {
    url: `redis+sentinel://${hosts}/main?sentinel_password=${encodeURIComponent(SENTINEL_PASSWORD)}`,
    ...{ primary, replicas, sentinels },
    stop: () => stopAll(all),
  };
}

/** Three primaries that share all slots; `each` is added to the settings of each. */
export async function startCluster(each: RedisSettings = {}): Promise<Cluster> {
  const primaries = await Promise.all(
    [0, 1, 2].map(async () =>
      startRedis({
        ...each,
        settings: [
          ...["--cluster-enabled", "yes", "--cluster-port", String(await freePort())],
          ...["--cluster-node-timeout", "1000", "--cluster-require-full-coverage", "no"],
          ...(each.settings ?? []),
        ],
      }),
    ),
  );
  const [first, ...others] = primaries;
  if (first === undefined) throw new Error("no server");
  await Promise.all(
    primaries.map((server, index) =>
      ask(server, (client) =>
        client.cluster(
          "ADDSLOTSRANGE",
          ...([
            [0, 5460],
            [5461, 10922],
            [10923, 16383],
          ][index] ?? []),
        ),
      ),
    ),
  );
  for (const { port, settings } of others) {
    const bus = settings[settings.indexOf("--cluster-port") + 1] ?? "";
    await ask(first, (client) => client.call("CLUSTER", "MEET", "127.0.0.1", String(port), bus));
  }
  await until("every node of the cluster sees every slot", async () => {
    const states = await Promise.all(
      primaries.map((server) => ask(server, (client) => client.cluster("INFO"))),
    );
    return states.every(
      (state) => state.includes("cluster_state:ok") && state.includes("cluster_slots_ok:16384"),
    );
  });
  const hosts = primaries.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return { hosts, primaries, stop: () => stopAll(primaries) };
}

/** Waits for something that comes by itself; fails after fifteen seconds, naming it. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await Bun.sleep(25);
  }
}

async function ask<T>(
  server: RedisServer,
  question: (client: ReturnType<RedisServer["admin"]>) => Promise<T>,
): Promise<T> {
  const client = server.admin({ enableReadyCheck: false });
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

function field(reply: unknown, name: string): unknown {
  return Array.isArray(reply) ? reply[reply.indexOf(name) + 1] : undefined;
}

async function stopAll(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}
