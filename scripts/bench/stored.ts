import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { type Benchmark, requireSameAnswers } from "./benchmark.ts";
import { startCountingProxy } from "./counting-proxy.ts";
import { belongs, type LoggedIn, logIn } from "./logged-in.ts";
import { createPeople } from "./person.ts";
import { type RunningRedis, startRedis } from "./redis.ts";
import { figureOf } from "./report.ts";
import { measureRounds, ratio } from "./rounds.ts";

const PEOPLE = createPeople(256);
/** Through the proxy, which takes its time. */
const COUNTED = PEOPLE.slice(0, 20);
const TIMEOUT_MS = 5_000;
const LONGER_THAN_CACHED_MS = 60_000;
const BATCH = 16;

/** A decision by what Redis holds, against the least that can be asked of it. */
export const STORED: Benchmark = {
  name: "stored",
  title: "A decision from stored facts, against a bare PING of the same Redis",
  async run(effort) {
    const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
    const redis = await startRedis(folder);
    const store = await openStore(`redis://127.0.0.1:${redis.port}`, STORE_OPTIONS);
    try {
      const loggedIn = await logIn({ store, people: PEOPLE, ...clocks() });
      const asked = loggedIn.providerCalls();
      const answers: boolean[] = [];
      for (const index of PEOPLE.keys()) answers.push(await loggedIn.decide(index));
      requireSameAnswers({ "the policy": PEOPLE.map(belongs), Postern: answers });
      const names = await readNames(redis, loggedIn);
      const mget = (index: number) => redis.client.mget(names[index % names.length] ?? []);
      const [ping, bare, stored] = await measureRounds(
        [
          { name: "PING", unit: "time", measure: (ms) => timeEach(() => redis.client.ping(), ms) },
          { name: "MGET of the same keys", unit: "time", measure: (ms) => timeEach(mget, ms) },
          { name: "a stored decision", unit: "time", measure: (ms) => timeEach(loggedIn.decide, ms) },
        ],
        effort,
      );
      const measured = [ping, bare, stored].flatMap((series) => series?.figure ?? []);
      if (loggedIn.providerCalls() !== asked) throw new Error("a provider was asked: not all was stored");
      const commands = await countCommands(redis, loggedIn);
      const roundTrips = await countRoundTrips(redis);
      return {
        figures: [
          ...measured,
          figureOf("commands of a decision", "count", [commands]),
          figureOf("round trips of a decision", "count", [roundTrips]),
        ],
        targets: [
          { name: "round trips", unit: "count", measured: roundTrips, wanted: { atMost: 1 } },
          {
            name: "a stored decision, of a PING",
            unit: "ratio",
            measured: ratio(stored, ping),
            wanted: { atMost: 3 },
          },
        ],
        remarks: [
          "One after another, on loopback, by the clock on the wall; PING and MGET by the same client library with the same time limit. A decision reads the person's sessions, the revocations of the person, the address, the device and the session, the generations of their shards and two facts of a provider, each time: nothing is answered from the cache. What the store says again in the same words is not decoded again; these people have been decided about before, and nothing has changed since.",
          "On loopback a round trip costs next to nothing, so that this compares processor time; across a network the round trip is most of both.",
          "Round trips are counted by a proxy that holds each reply back for 20 ms: what is sent meanwhile did not wait for it. Commands are those that Redis counts (`INFO commandstats`).",
        ],
      };
    } finally {
      await store.close();
      await redis.stop();
      await rm(folder, { recursive: true });
    }
  },
};

const STORE_OPTIONS = { clock: systemClock, timeoutMs: TIMEOUT_MS };

/** By the second clock everything in the cache is too old whenever it is looked at. */
function clocks() {
  let monotonicMs = 0;
  const monotonic = () => {
    monotonicMs += LONGER_THAN_CACHED_MS;
    return monotonicMs;
  };
  return { clock: systemClock, monotonic };
}

/** Nanoseconds of one call, one after another. */
async function timeEach(call: (index: number) => Promise<unknown>, durationMs: number): Promise<number> {
  const startedAt = performance.now();
  let calls = 0;
  let elapsedMs = 0;
  while (elapsedMs < durationMs) {
    for (const until = calls + BATCH; calls < until; calls++) await call(calls);
    elapsedMs = performance.now() - startedAt;
  }
  return (elapsedMs * 1e6) / calls;
}

/** The keys that Redis is asked for about each person. */
async function readNames({ client }: RunningRedis, { decide }: LoggedIn): Promise<readonly string[][]> {
  const names: string[][] = [];
  const monitor = await client.monitor();
  const { promise, resolve } = Promise.withResolvers<void>();
  monitor.on("monitor", (_: string, [command, ...keys]: string[]) => {
    if (command === "mget" && names.push(keys) === PEOPLE.length) resolve();
  });
  for (const index of PEOPLE.keys()) await decide(index);
  await promise;
  monitor.disconnect();
  return names;
}

/** Commands that Redis was sent for one decision. */
async function countCommands({ client }: RunningRedis, { decide }: LoggedIn): Promise<number> {
  await client.config("RESETSTAT");
  for (const index of PEOPLE.keys()) await decide(index);
  const stats = await client.info("commandstats");
  const reads = [...stats.matchAll(/cmdstat_(?!config|info)\S+?:calls=(\d+)/g)].map(([, calls]) =>
    Number(calls),
  );
  return reads.reduce((sum, calls) => sum + calls, 0) / PEOPLE.length;
}

async function countRoundTrips({ port }: RunningRedis): Promise<number> {
  const proxy = await startCountingProxy(port);
  const store = await openStore(`redis://127.0.0.1:${proxy.port}`, STORE_OPTIONS);
  try {
    const { decide } = await logIn({ store, people: COUNTED, ...clocks() });
    const before = proxy.roundTrips();
    for (const index of COUNTED.keys()) await decide(index);
    return (proxy.roundTrips() - before) / COUNTED.length;
  } finally {
    await store.close();
    proxy.stop();
  }
}
