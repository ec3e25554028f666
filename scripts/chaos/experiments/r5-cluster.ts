import { redisKeyOf } from "../../../src/store/redis-key.ts";
import {
  isFollowing,
  isPrimary,
  seesEverySlot,
  startReplicatedCluster,
  until,
} from "../../../test/support/redis-topologies.ts";
import { type ClusterNode, ClusterNodes } from "../cluster-nodes.ts";
import type { StoreExperiment } from "../store-experiment.ts";
import type { Fault } from "../store-fault.ts";
import { WATCHED, watchOnePart } from "../weakened-store.ts";

/** Hash tags of keys, each of which is in one slot: as many as Postern spreads its keys over. */
const TAGS = Array.from({ length: 16 }, (_, tag) => `{${tag}}`);

/** Slots move between the nodes of a cluster under load; a node is killed with and without its replica. */
export const r5Cluster: StoreExperiment = {
  name: "R5",
  title: "Cluster of six: slots moved, a primary lost to its replica, a part lost",
  servers: ["redis-server"],
  async open() {
    const cluster = await startReplicatedCluster();
    const nodes = await ClusterNodes.of([...cluster.primaries, ...cluster.replicas]);
    const servers = nodes.all.map(({ server }) => server);
    let killed: readonly ClusterNode[] = [];

    /** A primary; never the one that has what `watchOnePart` watches, and not the same twice. */
    async function pickPrimary(): Promise<ClusterNode> {
      const watched = await nodes.ownerOf(await nodes.slotOf(redisKeyOf(WATCHED)));
      const primaries = (await nodes.primaries()).filter((node) => node !== watched);
      const picked = primaries.find((node) => !killed.includes(node)) ?? primaries[0];
      if (picked === undefined) throw new Error("the cluster has one primary only");
      return picked;
    }
    const isWell = () => until("every node sees every slot", () => seesEverySlot(servers));

    const slotsMoved: Fault = {
      affects: "nothing",
      loses: "nothing",
      async begin() {
        for (const tag of TAGS.filter((_, n) => n % 3 === 0)) await nodes.moveSlot(await nodes.slotOf(tag));
      },
      end: async () => {},
    };
    let heir: ClusterNode | null = null;
    const primaryKilled: Fault = {
      affects: "everything",
      loses: "nothing",
      async begin() {
        const primary = await pickPrimary();
        heir = await nodes.replicaOf(primary);
        killed = [primary];
        await primary.server.kill();
      },
      async end() {
        await until("a replica takes over", async () => heir !== null && isPrimary(heir.server));
        const alive = servers.filter((server) => !killed.some((node) => node.server === server));
        await until("the others know of it", () => seesEverySlot(alive));
      },
      async after() {
        for (const { server } of killed) {
          await server.restart();
          await until("the old primary follows", () => isFollowing(server));
        }
        await isWell();
      },
    };
    const partLost: Fault = {
      affects: "everything",
      loses: "a part",
      async begin() {
        const primary = await pickPrimary();
        // The replica first, or it would take over.
        killed = [await nodes.replicaOf(primary), primary];
        for (const { server } of killed) await server.kill();
      },
      async end() {
        for (const { server } of killed.toReversed()) await server.restart();
        await isWell();
      },
      async after() {
        for (const { server } of killed.slice(0, 1))
          await until("a replica follows", () => isFollowing(server));
      },
    };
    return {
      url: `redis+cluster://${cluster.hosts}`,
      faults: [slotsMoved, primaryKilled, partLost],
      [Symbol.asyncDispose]: () => cluster.stop(),
    };
  },
  // One that a primary alone has goes with it, and was said not to be durable.
  binds: (durable) => durable,
  weaknesses: [
    { without: "a generation for each part of the store", shows: "wrongPermits", weaken: watchOnePart },
  ],
};
