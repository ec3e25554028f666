import type { Redis } from "ioredis";
import { redisKeyOf } from "../../../src/store/redis-key.ts";
import type { RedisServer } from "../../../test/support/redis-server.ts";
import { startCluster, until } from "../../../test/support/redis-topologies.ts";
import { storeExperiment } from "../store-experiment.ts";
import { WATCHED, watchOnePart } from "../weakened-store.ts";

const MIGRATION_TIMEOUT_MS = 1_000;
/** Hash tags of keys, each of which is in one slot: as many as Postern spreads its keys over. */
const TAGS = Array.from({ length: 16 }, (_, tag) => `{${tag}}`);

interface Node {
  readonly server: RedisServer;
  readonly admin: Redis;
  readonly id: string;
}

/** Slots move between the nodes of a cluster under load; a node is killed, and comes back empty. */
export const r5Cluster = storeExperiment({
  name: "R5",
  title: "Cluster: slots moved, a node killed",
  servers: ["redis-server"],
  async open() {
    const cluster = await startCluster();
    const nodes = await Promise.all(
      cluster.primaries.map(async (server): Promise<Node> => {
        const admin = server.admin();
        return { server, admin, id: String(await admin.cluster("MYID")) };
      }),
    );
    const [first] = nodes;
    if (first === undefined) throw new Error("the cluster has no node");

    const slotOf = (key: string) => first.admin.cluster("KEYSLOT", key);
    async function ownerOf(slot: number): Promise<Node> {
      const lines = String(await first?.admin.cluster("NODES")).split("\n");
      const line = lines.find((each) => ownsSlot(each, slot));
      const owner = nodes.find(({ id }) => line?.startsWith(id));
      if (owner === undefined) throw new Error(`nobody has slot ${slot}`);
      return owner;
    }

    async function moveSlot(slot: number): Promise<void> {
      const from = await ownerOf(slot);
      const to = nodes[(nodes.indexOf(from) + 1) % nodes.length] ?? from;
      await to.admin.cluster("SETSLOT", slot, "IMPORTING", from.id);
      await from.admin.cluster("SETSLOT", slot, "MIGRATING", to.id);
      for (;;) {
        const keys = await from.admin.cluster("GETKEYSINSLOT", slot, 100);
        if (keys.length === 0) break;
        const patience = [0, MIGRATION_TIMEOUT_MS];
        await from.admin.call(
          "MIGRATE",
          ...["127.0.0.1", String(to.server.port), "", ...patience.map(String), "KEYS", ...keys],
        );
      }
      for (const { admin } of [to, from, ...nodes]) await admin.cluster("SETSLOT", slot, "NODE", to.id);
    }

    let killed: Node = first;
    return {
      url: `redis+cluster://${cluster.hosts}`,
      faults: [
        {
          affects: "nothing",
          loses: "nothing",
          async begin() {
            for (const tag of TAGS.filter((_, n) => n % 3 === 0)) await moveSlot(await slotOf(tag));
          },
          end: async () => {},
        },
        {
          affects: "everything",
          loses: "a part",
          async begin() {
            const watched = await ownerOf(await slotOf(redisKeyOf(WATCHED)));
            killed = nodes.find((node) => node !== watched && node !== killed) ?? first;
            await killed.server.kill();
          },
          async end() {
            await killed.server.restart();
            await until("every node sees every slot", async () => {
              const states = await Promise.all(nodes.map(({ admin }) => admin.cluster("INFO")));
              return states.every((state) => state.includes("cluster_slots_ok:16384"));
            });
          },
        },
      ],
      [Symbol.asyncDispose]: () => cluster.stop(),
    };
  },
  weaknesses: [
    { without: "a generation for each part of the store", shows: "wrongPermits", weaken: watchOnePart },
  ],
});

/** Whether a line of CLUSTER NODES says that its node has the slot, and not that it moves. */
function ownsSlot(line: string, slot: number): boolean {
  return line
    .split(" ")
    .slice(8)
    .some((range) => {
      const [from = "", to = from] = range.split("-");
      return !range.startsWith("[") && Number(from) <= slot && slot <= Number(to);
    });
}
