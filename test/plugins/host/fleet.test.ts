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
import { DEVICES, INTERVAL_MS } from "./replica.ts";

const REPLICA = new URL("./replica.ts", import.meta.url).pathname;
const TIMEOUT_MS = 40_000;

interface Question {
  readonly replica: string;
  readonly devices: readonly string[];
  readonly at: number;
  answered: boolean;
}

/** Counts who asks about which devices; every answer takes a moment. */
function countQuestions() {
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
      return Response.json({});
    },
  });
  return {
    questions,
    url: `http://127.0.0.1:${server.port}/`,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

/** Replicas of one fleet, ended with the block. */
function startReplicas(store: string, source: string, names: readonly string[]) {
  const children = new Map(
    names.map((name) => [
      name,
      Bun.spawn([process.execPath, REPLICA, store, source, name], { stdout: "inherit", stderr: "inherit" }),
    ]),
  );
  return {
    kill: (name: string) => children.get(name)?.kill("SIGKILL"),
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
      const lost = new Set(inHand.flatMap(({ devices }) => devices));
      const others = DEVICES.filter((device) => !lost.has(device));
      await until(() => others.every((device) => pollsOf(source.questions, device) >= 6));
      expect(oncePerInterval(source.questions, others)).toBe(true);
      for (const device of lost) expect(pollsOf(source.questions, device)).toBeWithin(5, 9);
      expect(lost.size).toBeLessThanOrEqual(10);
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
        takeoverMs: 1_000,
        onFailure: () => {},
      });
      await scheduler.start({
        name: "trust",
        intervalMs: 1_000,
        concurrency: 1,
        isFailing: () => false,
        async *list() {
          yield ["a"];
        },
        async poll() {
          polls++;
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
