import { startRedis } from "../../../test/support/redis-server.ts";
import type { StoreExperiment } from "../store-experiment.ts";
import { pretendToWrite } from "../weakened-store.ts";

/** Redis has reached its `maxmemory`: it refuses writes, and answers reads. */
export const r3Full: StoreExperiment = {
  name: "R3",
  title: "Redis full",
  servers: ["redis-server"],
  async open() {
    const server = await startRedis();
    const admin = server.admin();
    return {
      url: `redis://127.0.0.1:${server.port}`,
      faults: [
        {
          affects: "writes",
          loses: "nothing",
          begin: async () => void (await admin.config("SET", "maxmemory", "1")),
          end: async () => void (await admin.config("SET", "maxmemory", "0")),
        },
      ],
      [Symbol.asyncDispose]: () => server.stop(),
    };
  },
  weaknesses: [
    {
      without: "the refusal of a revocation that was not written",
      shows: "wrongPermits",
      weaken: pretendToWrite,
    },
  ],
};
