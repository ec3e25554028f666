import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { systemClock } from "../../../src/clock.ts";
import { createFleetScheduler } from "../../../src/pip/polling/fleet-scheduler.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { createQueueClient } from "../../../src/store/redis-client.ts";
import { parseStoreUrl } from "../../../src/store/store-url.ts";
import { startRedis } from "../../support/redis-server.ts";
import { startCluster } from "../../support/redis-topologies.ts";
import { requireTool } from "../../support/require-tool.ts";
import { until } from "../../support/until.ts";
import { DEVICES, type Moment, ownDevice } from "./replica.ts";

const REPLICA = new URL("./replica.ts", import.meta.url).pathname;
const TIMEOUT_MS = 180_000;
const INTERVAL_MS = 1_000;

interface Question {
  readonly replica: string;
  readonly devices: readonly string[];
  readonly at: number;
  answered: boolean;
}

type Reply = (asked: number) => Response;

/** Counts who asks about which devices; every answer takes a moment. */
function countQuestions(reply: Reply = () => Response.json({})) {
  const questions: Question[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const devices = Value.Parse(Type.Array(Type.String()), await request.json());
      const replica = new URL(request.url).search.slice(1);
      const question = { replica, devices, at: performance.now(), answered: false };
      questions.push(question);
      await Bun.sleep(20);
      question.answered = !request.signal.aborted;
      return reply(questions.length);
    },
  });
  return {
    questions,
    url: `http://127.0.0.1:${server.port}/`,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

interface Rounds {
  readonly intervalMs: number;
  readonly provider: string;
}

const EVERY_SECOND: Rounds = { intervalMs: INTERVAL_MS, provider: "trust" };

/** Rounds of which the first begins soon, and the second long after. */
function onceSoon(): Rounds {
  const intervalMs = 20_000;
  const beginsAt = Date.now() + 5_000;
  const isDue = (provider: string) =>
    Math.abs((beginsAt % intervalMs) - (Bun.hash.crc32(provider) % intervalMs)) < 500;
  for (let index = 0; ; index++)
    if (isDue(`trust-${index}`)) return { intervalMs, provider: `trust-${index}` };
}

/** Replicas of one fleet, ended with the block. */
function startReplicas(
  store: string,
  source: string,
  names: readonly string[],
  { intervalMs, provider }: Rounds = EVERY_SECOND,
  moment: Moment | "" = "",
) {
  const children = new Map(
    names.map((name) => [
      name,
      Bun.spawn([process.execPath, REPLICA, store, source, name, String(intervalMs), provider, moment], {
        stdout: "inherit",
        stderr: "inherit",
      }),
    ]),
  );
  return {
    kill: (name: string) => children.get(name)?.kill("SIGKILL"),
    ended: () => Promise.all([...children.values()].map(({ exited }) => exited)),
    async [Symbol.asyncDispose]() {
      for (const child of children.values()) child.kill("SIGKILL");
      await Promise.all([...children.values()].map(({ exited }) => exited));
    },
  };
}

function pollsOf(questions: readonly Question[], device: string): number {
  return questions.filter(({ devices }) => devices.includes(device)).length;
}

/** How often each device was asked about. */
function countPolls(questions: readonly Question[]): readonly number[] {
  return DEVICES.map((device) => pollsOf(questions, device));
}

/** Whether all of these were asked about equally often, but for the round under way, and no more often than there were intervals. */
function oncePerInterval(questions: readonly Question[], devices: readonly string[]): boolean {
  const counts = devices.map((device) => pollsOf(questions, device));
  const times = questions.map(({ at }) => at);
  const intervals = Math.floor((Math.max(...times) - Math.min(...times)) / INTERVAL_MS) + 2;
  return Math.max(...counts) - Math.min(...counts) <= 1 && Math.max(...counts) <= intervals;
}

describe.if(requireTool("redis-server"))("a fleet on one Redis", () => {
  test(
    "polls each device once per interval, whichever replica does it",
    async () => {
      await using redis = await startRedis({ settings: ["--maxmemory-policy", "noeviction"] });
      using source = countQuestions();
      const names = ["a", "b", "c"];
      await using _ = startReplicas(`redis://127.0.0.1:${redis.port}/0`, source.url, names);
      await until(() => new Set(source.questions.map(({ replica }) => replica)).size === 3);
      await until(() => countPolls(source.questions).every((count) => count >= 5));
      expect(oncePerInterval(source.questions, DEVICES)).toBe(true);
    },
    TIMEOUT_MS,
  );

  test(
    "does the same while a replica is killed, but for what that one had in hand",
    async () => {
      await using redis = await startRedis({ settings: ["--maxmemory-policy", "noeviction"] });
      using source = countQuestions();
      await using replicas = startReplicas(`redis://127.0.0.1:${redis.port}/0`, source.url, ["a", "b", "c"]);
      const isAsking = (name: string) =>
        source.questions.some(({ replica, answered }) => replica === name && !answered);
      await until(() => countPolls(source.questions).some((count) => count >= 2) && isAsking("b"));
      replicas.kill("b");
      const inHand = source.questions.filter(({ replica, answered }) => replica === "b" && !answered);
      const lost = new Set(inHand.flatMap(({ devices }) => devices).filter((id) => DEVICES.includes(id)));
      const others = DEVICES.filter((device) => !lost.has(device));
      await until(() => others.every((device) => pollsOf(source.questions, device) >= 6));
      expect(oncePerInterval(source.questions, others)).toBe(true);
      for (const device of lost) expect(pollsOf(source.questions, device)).toBeWithin(5, 9);
      expect(lost.size).toBeLessThanOrEqual(10);
    },
    TIMEOUT_MS,
  );

  test(
    "ends the round that a replica has begun and did not live to end, and nobody is polled for twice",
    async () => {
      await using redis = await startRedis({ settings: ["--maxmemory-policy", "noeviction"] });
      const endRound = async (moment: Moment, database: number) => {
        const store = `redis://127.0.0.1:${redis.port}/${database}`;
        using source = countQuestions();
        const rounds = onceSoon();
        await using doomed = startReplicas(store, source.url, ["doomed"], rounds, moment);
        await doomed.ended();
        const inHand = new Set(source.questions.slice(-2).flatMap(({ devices }) => devices));
        await using _ = startReplicas(store, source.url, ["a", "b"], rounds);
        await until(() => countPolls(source.questions).every((count) => count >= 1));
        const others = DEVICES.filter((device) => !inHand.has(device));
        expect(new Set(others.map((device) => pollsOf(source.questions, device)))).toEqual(new Set([1]));
        // Who is polled for was settled by whoever had listed them all.
        if (moment !== "listing") expect(pollsOf(source.questions, ownDevice("doomed"))).toBeGreaterThan(0);
      };
      await Promise.all([endRound("listing", 0), endRound("listed", 1), endRound("handing out", 2)]);
    },
    TIMEOUT_MS,
  );

  test(
    "leaves a source alone for as long as it wishes, all replicas together, and then goes on where it was",
    async () => {
      await using redis = await startRedis({ settings: ["--maxmemory-policy", "noeviction"] });
      const headers = { "retry-after": "3" };
      using source = countQuestions((asked) => new Response("", { headers, status: asked <= 6 ? 429 : 200 }));
      const store = `redis://127.0.0.1:${redis.port}/0`;
      await using _ = startReplicas(store, source.url, ["a", "b", "c"], onceSoon());
      await until(() => countPolls(source.questions).every((count) => count >= 1));
      const [first] = source.questions;
      const early = source.questions.filter(({ at }) => at < (first?.at ?? 0) + 3_000);
      // Two that each of the three had in hand when they were sent away.
      expect(early.length).toBeLessThanOrEqual(6);
      expect(Math.max(...countPolls(source.questions))).toBeLessThanOrEqual(2);
    },
    TIMEOUT_MS,
  );

  test(
    "stops though Redis hangs",
    async () => {
      await using redis = await startRedis();
      const url = `redis://127.0.0.1:${redis.port}/0`;
      const store = await openStore(url, { clock: systemClock });
      const location = parseStoreUrl(url);
      if (location.driver !== "redis") throw new Error("a fleet shares a Redis");
      let polls = 0;
      const scheduler = createFleetScheduler({
        connection: createQueueClient(location),
        store,
        clock: systemClock,
        elapsedMs: () => performance.now(),
        random: Math.random,
        takeoverMs: 1_000,
        onFailure: () => {},
      });
      await scheduler.start({
        name: "trust",
        intervalMs: 1_000,
        concurrency: 1,
        async *list() {
          yield ["a"];
        },
        async poll() {
          polls++;
          return { left: [], retryAfterMs: 0 };
        },
      });
      await until(() => polls > 0);
      expect(await scheduler.lagMs("trust")).toBeLessThan(1_000);
      redis.hang();
      const startedAt = performance.now();
      await scheduler.close();
      expect(performance.now() - startedAt).toBeLessThan(9_000);
      redis.resume();
      await store.close();
    },
    TIMEOUT_MS,
  );

  test(
    "polls each device once per interval in a cluster, too",
    async () => {
      const cluster = await startCluster();
      try {
        using source = countQuestions();
        await using _ = startReplicas(`redis+cluster://${cluster.hosts}`, source.url, ["a", "b"]);
        await until(() => countPolls(source.questions).every((count) => count >= 3));
        expect(oncePerInterval(source.questions, DEVICES)).toBe(true);
      } finally {
        await cluster.stop();
      }
    },
    TIMEOUT_MS,
  );
});
