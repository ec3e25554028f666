import type { RedisServer } from "../../../test/support/redis-server.ts";
import { startSentinelFleet, until } from "../../../test/support/redis-topologies.ts";
import type { StoreExperiment } from "../store-experiment.ts";
import { callAllDurable } from "../weakened-store.ts";

/** The primary hangs just after it has taken what no replica has; one of them is promoted; it comes back. */
export const r4Failover: StoreExperiment = {
  name: "R4",
  title: "Sentinel fails over, the old primary returns",
  servers: ["redis-server", "redis-sentinel"],
  async open() {
    const fleet = await startSentinelFleet();
    const servers = [fleet.primary, ...fleet.replicas];
    let primary = fleet.primary;

    async function findPrimary(): Promise<RedisServer> {
      const [sentinel] = fleet.sentinels;
      const client = sentinel?.admin({ enableReadyCheck: false });
      const address: unknown = await client?.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main");
      client?.disconnect();
      const port = Array.isArray(address) ? Number(address[1]) : 0;
      return servers.find((server) => server.port === port) ?? primary;
    }

    async function hasReplicas(): Promise<boolean> {
      const client = (await findPrimary()).admin();
      const info = await client.info("replication");
      client.disconnect();
      return info.includes("connected_slaves:2");
    }

    return {
      url: fleet.url,
      faults: [
        {
          affects: "everything",
          loses: "nothing",
          async begin(crowd) {
            await until("two replicas follow", hasReplicas);
            primary = await findPrimary();
            const replicas = servers.filter((server) => server !== primary);
            for (const replica of replicas) replica.hang();
            // What is on its way to a replica would still arrive.
            await primary.admin().call("CLIENT", "KILL", "TYPE", "replica");
            await crowd.dismiss("user");
            await crowd.dismiss("device");
            primary.hang();
            for (const replica of replicas) replica.resume();
          },
          async end() {
            const old = primary;
            await until("a replica is promoted", async () => (await findPrimary()) !== old);
            const promoted = (await findPrimary()).admin();
            await until("it takes writes", () =>
              promoted.set("taken", "yes").then(
                () => true,
                () => false,
              ),
            );
            promoted.disconnect();
          },
          async after() {
            // It believes itself the primary for some seconds more, and has not seen what the new one has.
            primary.resume();
          },
        },
      ],
      [Symbol.asyncDispose]: () => fleet.stop(),
    };
  },
  // One that a single server has goes with it, and was said not to be durable.
  binds: (durable) => durable,
  weaknesses: [
    {
      without: "the wait for a second server",
      shows: "wrongPermits",
      weaken: callAllDurable,
    },
  ],
};
