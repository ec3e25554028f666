import type { Redis } from "ioredis";
import { revocationKey } from "../../../src/session/revocation.ts";
import { sessionsOf } from "../../../src/session/session.ts";
import { redisHashOf, redisKeyOf } from "../../../src/store/redis-key.ts";
import { startRedis } from "../../../test/support/redis-server.ts";
import type { Crowd } from "../crowd.ts";
import { type FaultProxy, startFaultProxy, type WireFault } from "../fault-proxy.ts";
import type { StoreExperiment } from "../store-experiment.ts";
import type { Fault } from "../store-fault.ts";
import { readAsAbsent } from "../weakened-store.ts";

const WRONG_WIRES: readonly WireFault[] = [
  { kind: "reply", line: "-LOADING Redis is loading the dataset in memory" },
  { kind: "reply", line: "-NOAUTH Authentication required." },
  { kind: "garbage" },
  { kind: "truncate", afterBytes: 700 },
  { kind: "reset", afterBytes: 700 },
];

/** Puts something else under a key of Redis, which is never without anything. */
type Spoil = (admin: Redis, key: string) => Promise<unknown>;

const SPOILT_KEYS: readonly Spoil[] = [
  (admin, key) => admin.multi().del(key).rpush(key, "a list").exec(),
  (admin, key) => admin.set(key, '{"revoked_before":'),
  (admin, key) => admin.set(key, "postern:{0}:another:key:\n\nits value"),
];

/** Redis answers, and wrongly: it is a replica, it loads, it wants a password; its values are not Postern's. */
export const r6Wrong: StoreExperiment = {
  name: "R6",
  title: "Redis read-only, loading, locked; values corrupt or of others",
  servers: ["redis-server"],
  async open(random) {
    const server = await startRedis();
    const proxy = await startFaultProxy({ host: "127.0.0.1", port: server.port }, random);
    const admin = server.admin();
    return {
      url: `redis://127.0.0.1:${proxy.port}`,
      faults: [
        ...SPOILT_KEYS.map((spoil) => spoiled(admin, spoil)),
        {
          ...ALL_OF_IT,
          begin: async () => void (await admin.replicaof("127.0.0.1", "1")),
          end: async () => void (await admin.replicaof("NO", "ONE")),
        },
        ...WRONG_WIRES.map((fault) => onWire(proxy, fault)),
      ],
      async [Symbol.asyncDispose]() {
        await proxy[Symbol.asyncDispose]();
        await server.stop();
      },
    };
  },
  weaknesses: [
    {
      without: "the error for a value that is not Postern's",
      shows: "wrongPermits",
      weaken: readAsAbsent("store_corrupt"),
    },
  ],
};

const ALL_OF_IT = { affects: "everything", loses: "nothing" } as const;

function onWire(proxy: FaultProxy, fault: WireFault): Fault {
  return {
    ...ALL_OF_IT,
    begin: async () => proxy.setFault(fault),
    end: async () => proxy.setFault({ kind: "none" }),
  };
}

/** Spoils the revocations of those who were dismissed, and their sessions; in the end all is as before. */
function spoiled(admin: Redis, spoil: Spoil): Fault {
  let keys: readonly string[] = [];
  const kept = (key: string) => `kept:${key}`;
  return {
    ...ALL_OF_IT,
    async begin(crowd: Crowd) {
      const spoilable = crowd.dismissed.flatMap(({ subject, device, email }) => [
        redisKeyOf(revocationKey({ kind: "user", id: subject })),
        redisKeyOf(revocationKey({ kind: "device", id: device })),
        redisKeyOf(revocationKey({ kind: "email", id: email })),
        redisHashOf(sessionsOf(subject)),
      ]);
      const exist = await Promise.all(spoilable.map((key) => admin.exists(key)));
      keys = spoilable.filter((_, index) => exist[index] === 1);
      for (const key of keys) {
        await admin.copy(key, kept(key));
        await spoil(admin, key);
      }
    },
    async end() {
      for (const key of keys) await admin.rename(kept(key), key);
    },
  };
}
