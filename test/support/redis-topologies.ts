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

export interface ReplicatedCluster extends Cluster {
  readonly replicas: readonly RedisServer[];
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
  const primaries = await startNodes(3, each);
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
  await meet(first, others);
  await until("every node of the cluster sees every slot", () => seesEverySlot(primaries));
  const hosts = primaries.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return { hosts, primaries, stop: () => stopAll(primaries) };
}

/** Three primaries, each followed by a replica that takes over within seconds. */
export async function startReplicatedCluster(): Promise<ReplicatedCluster> {
  const each = { settings: ["--repl-diskless-sync-delay", "0"] };
  const cluster = await startCluster(each);
  const [first] = cluster.primaries;
  const replicas = await startNodes(3, each);
  if (first !== undefined) await meet(first, replicas);
  const all = [...cluster.primaries, ...replicas];
  await Promise.all(
    cluster.primaries.map(async (primary, index) => {
      const [replica, id] = [replicas[index], await ask(primary, (client) => client.cluster("MYID"))];
      if (replica === undefined) throw new Error("no replica");
      await until("a replica knows its primary", () =>
        ask(replica, (client) =>
          client.cluster("REPLICATE", String(id)).then(
            () => true,
            () => false,
          ),
        ),
      );
      await until("a replica follows", () => isFollowing(replica));
    }),
  );
  await until("every node of the cluster sees every slot", () => seesEverySlot(all));
  return { ...cluster, replicas, stop: () => stopAll(all) };
}

/** Whether it is a replica that has all that its primary has. */
export async function isFollowing(server: RedisServer): Promise<boolean> {
  return (await ask(server, (client) => client.info("replication"))).includes("master_link_status:up");
}

/** Whether it takes writes, as far as it knows. */
export async function isPrimary(server: RedisServer): Promise<boolean> {
  return (await ask(server, (client) => client.info("replication"))).includes("role:master");
}

/** Whether each of these nodes of a cluster knows of a living owner of each slot. */
export async function seesEverySlot(servers: readonly RedisServer[]): Promise<boolean> {
  const states = await Promise.all(servers.map((server) => ask(server, (client) => client.cluster("INFO"))));
  return states.every(
    (state) => state.includes("cluster_state:ok") && state.includes("cluster_slots_ok:16384"),
  );
}

function startNodes(count: number, each: RedisSettings): Promise<readonly RedisServer[]> {
  return Promise.all(
    Array.from({ length: count }, async () =>
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
}

async function meet(first: RedisServer, others: readonly RedisServer[]): Promise<void> {
  for (const { port, settings } of others) {
    const bus = settings[settings.indexOf("--cluster-port") + 1] ?? "";
    await ask(first, (client) => client.call("CLUSTER", "MEET", "127.0.0.1", String(port), bus));
  }
}

/** Waits for something that comes by itself; fails after a minute, naming it. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
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
