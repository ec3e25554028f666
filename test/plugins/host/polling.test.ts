import { afterEach, describe, expect, test } from "bun:test";
import { createGatherer } from "../../../src/pip/gather.ts";
import { createPollRounds } from "../../../src/pip/polling/poll-rounds.ts";
import type { Batch, PolledBatch, Rounds, Scheduler } from "../../../src/pip/polling/scheduler.ts";
import { createTimerScheduler } from "../../../src/pip/polling/timer-scheduler.ts";
import { subjectOf } from "../../../src/pip/subject.ts";
import { definePlugin, t } from "../../../src/plugin.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { Topics } from "../../../src/store/topics.ts";
import { registryOf, request, start } from "../../pip/rig.ts";
import { NOON } from "../../support/records.ts";
import { until } from "../../support/until.ts";
import { playSource } from "./played-source.ts";
import trust from "./trust.ts";

const NEVER = Promise.withResolvers<void>().promise;
const open: Scheduler[] = [];
afterEach(async () => {
  for (const scheduler of open.splice(0)) await scheduler.close();
});

interface Played extends Rounds {
  readonly polled: Batch[];
  underWay: number;
  most: number;
}

const DONE: PolledBatch = { left: [], retryAfterMs: 0 };

interface Settings extends Partial<Rounds> {
  /** What a batch waits for. */
  readonly wait?: () => Promise<void>;
  /** How it ends. */
  readonly end?: (batch: Batch) => PolledBatch;
}

/** Rounds of three batches. */
function roundsOf(name: string, settings: Settings = {}): Played {
  const { wait = async () => {}, end = () => DONE, ...rest } = settings;
  const played: Played = {
    name,
    intervalMs: 20,
    concurrency: 2,
    polled: [],
    underWay: 0,
    most: 0,
    async *list() {
      yield* [["a"], ["b"], ["c"]];
    },
    async poll(batch) {
      played.most = Math.max(played.most, ++played.underWay);
      played.polled.push(batch);
      await wait().finally(() => played.underWay--);
      return end(batch);
    },
    ...rest,
  };
  return played;
}

function timers(
  onFailure: (name: string, error: unknown) => void = () => {},
  elapsed = () => performance.now(),
) {
  const scheduler = createTimerScheduler({ elapsedMs: elapsed, random: () => 0.5, onFailure });
  open.push(scheduler);
  return scheduler;
}

describe("timers of one process", () => {
  test("poll every batch, round after round, no more at once than they may", async () => {
    const rounds = roundsOf("one", { wait: () => Bun.sleep(20) });
    await timers().start(rounds);
    await until(() => rounds.polled.length >= 6);
    expect(rounds.polled.slice(0, 6).flat()).toEqual(["a", "b", "c", "a", "b", "c"]);
    expect(rounds.most).toBe(2);
  });

  test("let a slow provider hold back only itself, and tell how late it is", async () => {
    const slow = roundsOf("slow", { wait: () => NEVER });
    const quick = roundsOf("quick");
    const scheduler = createTimerScheduler({
      elapsedMs: () => performance.now(),
      random: () => 0,
      onFailure: () => {},
    });
    await scheduler.start(slow);
    await scheduler.start(quick);
    await until(() => quick.polled.length >= 9);
    expect(slow.polled).toHaveLength(2);
    expect(await scheduler.lagMs("slow")).toBeGreaterThan(await scheduler.lagMs("quick"));
  });

  test("go on with what a source that failed has left when it has had its rest, and then with the others", async () => {
    let failures = 0;
    const rounds = roundsOf("failing", {
      concurrency: 1,
      intervalMs: 10_000,
      end: (batch) => (batch[0] === "b" && failures++ < 2 ? { ...DONE, left: batch } : DONE),
    });
    await timers().start(rounds);
    await until(() => rounds.polled.length >= 5);
    expect(rounds.polled.flat()).toEqual(["a", "b", "c", "b", "b"]);
  });

  test("leave a source alone for as long as it wishes, and poll the others", async () => {
    const busy = roundsOf("busy", { end: (batch) => ({ left: batch, retryAfterMs: 3_600_000 }) });
    const healthy = roundsOf("healthy");
    const scheduler = timers();
    await Promise.all([scheduler.start(busy), scheduler.start(healthy)]);
    await until(() => healthy.polled.length >= 12);
    expect(busy.polled).toEqual([["a"]]);
    await until(async () => (await scheduler.lagMs("busy")) > (await scheduler.lagMs("healthy")));
  });

  test("begin a new round where a source has not answered for two intervals", async () => {
    let lists = 0;
    const rounds = roundsOf("failing", {
      async *list() {
        lists++;
        yield* [["a"], ["b"]];
      },
      end: (batch) => ({ ...DONE, left: batch }),
    });
    await timers().start(rounds);
    await until(() => lists >= 3);
    expect(rounds.most).toBe(1);
  });

  test("go on after a batch that failed, and after a list that did", async () => {
    const failures: unknown[] = [];
    let lists = 0;
    const rounds = roundsOf("one", {
      wait: () => Promise.reject(new Error("no")),
      async *list() {
        if (++lists === 1) throw new Error("no list");
        yield* [["a"], ["b"]];
      },
    });
    await timers((_, error) => failures.push(error)).start(rounds);
    await until(() => rounds.polled.length >= 4);
    expect(failures.length).toBeGreaterThanOrEqual(5);
  });

  test("begin nothing after they are closed, and wait for what is under way", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const rounds = roundsOf("one", { concurrency: 1, wait: () => promise });
    const scheduler = timers();
    await scheduler.start(rounds);
    await until(() => rounds.polled.length === 1);
    const closing = scheduler.close();
    resolve();
    await closing;
    expect({ polled: rounds.polled, underWay: rounds.underWay }).toEqual({ polled: [["a"]], underWay: 0 });
  });
});

describe("a round", () => {
  const subjectNamed = (person: string, device: string) => {
    const facts = request({ "identity.subject": person, "device.id": device });
    return { subject: { ...subjectOf(facts, NOON), address: null }, facts };
  };

  test("asks about every device once, whoever uses it, and stores what requests then find", async () => {
    using source = playSource((device) => (device === "d2" ? null : 90));
    const provider = await start(trust, { config: { url: source.url, method: "POST" } });
    const registry = registryOf([provider]);
    const store = new MemoryStore(() => NOON, new Topics(() => {}));
    const gatherer = createGatherer({ registry, clock: () => NOON, storeLate: () => {} });
    const rounds = createPollRounds(
      {
        registry,
        gatherer,
        store,
        clock: () => NOON,
        wanted: () => [],
        async *subjects() {
          yield* [subjectNamed("ada", "d1"), subjectNamed("bob", "d1"), subjectNamed("ada", "d2")];
          yield { subject: { person: "eve", device: null, address: null }, facts: {} };
        },
      },
      { provider, intervalMs: 1_000, batch: 2, concurrency: 1, timeoutMs: 1_000 },
    );
    for await (const batch of rounds.list()) await rounds.poll(batch);
    expect(source.asked).toEqual([["d1", "d2"]]);
    const learn = async (device: string) => {
      const { subject, facts } = subjectNamed("ada", device);
      const stored = await store.getMany(gatherer.storeKeys(subject, ["own.trust"]));
      source.status = 500;
      const { facts: learnt } = await gatherer.gather(subject, ["own.trust"], stored, facts, 100);
      return learnt["own.trust"];
    };
    expect(await learn("d1")).toMatchObject({ state: "known", value: 90 });
    expect(await learn("d2")).toMatchObject({ state: "absent" });
  });

  test("introduces a device by what another provider knows of it", async () => {
    const asked: string[] = [];
    const inventory = definePlugin({
      name: "inventory",
      provides: ["device.serial_number"],
      needs: ["device.id"],
      config: t.Object({}),
      setup: () => ({
        resolve: (subject) => ({ "device.serial_number": `serial-of-${subject["device.id"]}` }),
      }),
    });
    const warranty = definePlugin({
      name: "warranty",
      provides: [],
      needs: ["device.serial_number"],
      attributes: { "own.warranty": t.Boolean() },
      config: t.Object({}),
      setup: () => ({
        resolve(subject) {
          asked.push(subject["device.serial_number"]);
          return { "own.warranty": true };
        },
      }),
    });
    const providers = [await start(inventory), await start(warranty)];
    const registry = registryOf(providers);
    const [, provider] = registry.providers;
    if (provider === undefined) throw new Error("there are two");
    const store = new MemoryStore(() => NOON, new Topics(() => {}));
    const gatherer = createGatherer({ registry, clock: () => NOON, storeLate: () => {} });
    const rounds = createPollRounds(
      {
        registry,
        gatherer,
        store,
        clock: () => NOON,
        wanted: () => ["own.warranty"],
        async *subjects() {
          yield* [subjectNamed("ada", "d1"), subjectNamed("bob", "d2")];
        },
      },
      { provider, intervalMs: 1_000, batch: 10, concurrency: 1, timeoutMs: 1_000 },
    );
    for await (const batch of rounds.list()) await rounds.poll(batch);
    expect(asked).toEqual(["serial-of-d1", "serial-of-d2"]);
    const { subject } = subjectNamed("ada", "d1");
    const stored = await store.getMany(gatherer.storeKeys(subject, ["own.warranty", "device.serial_number"]));
    expect(stored).not.toContain(null);
  });
});
