import type { Redis } from "ioredis";
import { startRedis } from "../../../test/support/redis-server.ts";
import { startFaultProxy, type WireFault } from "../fault-proxy.ts";
import type { StoreExperiment } from "../store-experiment.ts";
import type { Fault } from "../store-fault.ts";
import { readAsAbsent, UNWEAKENED } from "../weakened-store.ts";

const SLOW_WIRES: readonly WireFault[] = [
  { kind: "latency", delayMs: 80, jitterMs: 200 },
  { kind: "blackhole" },
  { kind: "drip", everyMs: 1_000 },
];

/** Redis answers late or not at all, and its connections stay open. */
export const r2Slow: StoreExperiment = {
  name: "R2",
  title: "Redis paused, asleep, stopped; the wire slow or silent",
  servers: ["redis-server"],
  async open(random, faultMs) {
    const server = await startRedis({ settings: ["--enable-debug-command", "local"] });
    const proxy = await startFaultProxy({ host: "127.0.0.1", port: server.port }, random);
    const admin = server.admin();
    /** The server stops by itself for a while. */
    const asleep = (start: (admin: Redis) => Promise<unknown>): Fault => {
      let over: Promise<unknown> = Promise.resolve();
      return {
        ...EVERYTHING_LATE,
        async begin() {
          over = Promise.all([start(admin), Bun.sleep(faultMs)]);
        },
        end: async () => void (await over),
      };
    };
    const onWire = (fault: WireFault): Fault => ({
      ...EVERYTHING_LATE,
      begin: async () => proxy.setFault(fault),
      end: async () => proxy.setFault({ kind: "none" }),
    });
    return {
      url: `redis://127.0.0.1:${proxy.port}`,
      faults: [
        asleep((client) => client.client("PAUSE", faultMs, "ALL")),
        asleep((client) => client.call("DEBUG", "SLEEP", String(faultMs / 1_000))),
        { ...EVERYTHING_LATE, begin: async () => server.hang(), end: async () => server.resume() },
        ...SLOW_WIRES.map(onWire),
      ],
      async [Symbol.asyncDispose]() {
        await proxy[Symbol.asyncDispose]();
        await server.stop();
      },
    };
  },
  weaknesses: [
    {
      without: "the error for what was not read in time",
      shows: "wrongPermits",
      weaken: readAsAbsent("store_unavailable"),
    },
    { without: "deadlines", shows: "late", weaken: UNWEAKENED, patienceMs: 2_000 },
  ],
};

const EVERYTHING_LATE = { affects: "everything", loses: "nothing" } as const;
