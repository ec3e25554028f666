import { startRedis } from "../../../test/support/redis-server.ts";
import type { StoreExperiment } from "../store-experiment.ts";
import { forgetLosses } from "../weakened-store.ts";

/** Redis is killed, and comes back empty. */
export const r1Killed: StoreExperiment = {
  name: "R1",
  title: "Redis killed, back empty",
  servers: ["redis-server"],
  async open() {
    const server = await startRedis();
    return {
      url: `redis://127.0.0.1:${server.port}`,
      faults: [
        {
          affects: "everything",
          loses: "everything",
          begin: () => server.kill(),
          end: () => server.restart(),
        },
      ],
      [Symbol.asyncDispose]: () => server.stop(),
    };
  },
  weaknesses: [
    { without: "the generation that tells of a loss", shows: "wrongPermits", weaken: forgetLosses },
  ],
};
