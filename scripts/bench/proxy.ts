import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import type { Benchmark } from "./benchmark.ts";
import { CERBOS_PATH, cerbosQuestion, startCerbos } from "./cerbos.ts";
import { createPeople } from "./person.ts";
import { PORTUGAL } from "./portugal.ts";
import { type RunningServer, runScript } from "./processes.ts";
import {
  askAsNginx,
  createStaff,
  type MeasuredServer,
  type ProxyLoad,
  startEmptyHandler,
  startProxied,
} from "./proxied-service.ts";
import { figureOf } from "./report.ts";
import { type Contender, measureRounds, ratio } from "./rounds.ts";
import { runWrk, writeRequests } from "./wrk.ts";

const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const CONNECTIONS = 32;
const STAFF = 256;
/** A service that is asked so long has its code compiled; where rounds are short, so is that. */
const COMPILE_MS = 8_000;
const COMPILE_ROUNDS = 80;
const WARM_UP_MS = 1_000;
/** Enough that the pause of each is long beside what an answer takes. */
const PACED_CONNECTIONS = 64;

/** What a proxy waits for, against an empty handler on the same server, Cerbos and bare signatures. */
export const PROXY: Benchmark = {
  name: "proxy",
  title: "Permits for a proxy",
  async run(effort) {
    const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
    const staff = await createStaff(folder, STAFF);
    const servers: RunningServer[] = [];
    const keep = async <S extends RunningServer>(started: Promise<S>): Promise<S> => {
      const server = await started;
      servers.push(server);
      return server;
    };
    try {
      const empty = await keep(startEmptyHandler(folder, { workers: 1, core: SERVER_CORE }));
      const emptyTwo = await keep(startEmptyHandler(folder, { workers: 2 }));
      const one = await keep(
        startProxied(folder, staff, { bind: "application", workers: 1, core: SERVER_CORE }),
      );
      const bound = await keep(
        startProxied(folder, staff, { bind: "request", workers: 1, core: SERVER_CORE }),
      );
      const two = await keep(startProxied(folder, staff, { bind: "application", workers: 2 }));
      const cerbos = await keep(startCerbos(PORTUGAL, folder, SERVER_CORE));
      const questions = join(folder, "questions");
      await writeRequests(
        questions,
        createPeople(STAFF).map((person) => [CERBOS_PATH, cerbosQuestion(person)] as const),
      );
      // A store refuses tokens that are older than itself, and they tell whole seconds.
      await Bun.sleep(1_000);
      await staff.logIn(systemClock());
      const { tokens } = staff;
      const ask = (url: string, path: "same" | "new") => async (ms: number) =>
        (await askAsNginx({ url, tokens, path, connections: CONNECTIONS, core: CLIENT_CORE }, ms)).perSecond;
      const load = { tokens, path: "same", connections: CONNECTIONS } as const;
      const compileMs = Math.min(COMPILE_MS, COMPILE_ROUNDS * effort.roundMs);
      for (const { url } of [one, bound, two]) await askAsNginx({ ...load, url }, compileMs);
      const unit = "per_second";
      const cost = (name: string, server: MeasuredServer, core?: number): Contender => ({
        name: `processor time of ${name}`,
        unit: "time",
        measure: (ms) => measureCost(server, { ...load, ...(core === undefined ? {} : { core }) }, ms),
      });
      const measured = await measureRounds(
        [
          { name: "an empty handler on the same server", unit, measure: ask(empty.url, "same") },
          { name: "cached permits, logged", unit, measure: ask(one.url, "same") },
          {
            name: "Cerbos",
            unit,
            measure: async (ms) =>
              (
                await runWrk(
                  { url: cerbos.url, requests: questions, connections: CONNECTIONS, core: CLIENT_CORE },
                  ms,
                )
              ).perSecond,
          },
          { name: "permits signed for each request, logged", unit, measure: ask(bound.url, "new") },
          {
            name: "bare ES256",
            unit,
            measure: (ms) => runScript("bare-signer.ts", [String(ms), "ES256"], SERVER_CORE),
          },
          cost("a permit, one process", one, CLIENT_CORE),
          cost("a permit, two workers", two),
          cost("an empty answer, one process", empty, CLIENT_CORE),
          cost("an empty answer, two processes", emptyTwo),
        ],
        effort,
      );
      const [nothing, cached, theirs, signed, bare, costOne, costTwo, emptyOne, emptyBoth] = measured;
      const pauseMs = Math.round((1_000 * PACED_CONNECTIONS) / ((cached?.figure.median ?? 1) / 2));
      const paced = {
        url: one.url,
        tokens,
        path: "same",
        connections: PACED_CONNECTIONS,
        pauseMs,
        core: CLIENT_CORE,
      } as const;
      const p99s: number[] = [];
      for (let round = 0; round < effort.rounds; round++)
        p99s.push((await askAsNginx(paced, effort.roundMs)).p99Micros * 1_000);
      return {
        figures: [
          ...measured.map(({ figure }) => figure),
          figureOf("p99 at half of the capacity", "time", p99s),
        ],
        targets: [
          {
            name: "cached, of an empty handler",
            unit: "ratio",
            measured: ratio(cached, nothing),
            wanted: { atLeast: 0.5 },
          },
          {
            name: "cached, against Cerbos",
            unit: "ratio",
            measured: ratio(cached, theirs),
            wanted: { atLeast: 10 },
          },
          {
            name: "signed for each request, of bare ES256",
            unit: "ratio",
            measured: ratio(signed, bare),
            wanted: { atLeast: 0.5 },
          },
          {
            name: "the same, of an empty handler and a bare ES256 in turn",
            unit: "ratio",
            measured: ratio(signed, nothing) + ratio(signed, bare),
            wanted: { atLeast: 0.5 },
          },
          {
            name: "processor time with two workers, of one",
            unit: "ratio",
            measured: ratio(costTwo, costOne),
            wanted: { atMost: 1.15 },
          },
          {
            name: "the same, beside that of an empty handler",
            unit: "ratio",
            measured: ratio(costTwo, costOne) / ratio(emptyBoth, emptyOne),
            wanted: { atMost: 1.15 },
          },
        ],
        remarks: [
          "`postern serve` as it is run, asked as nginx asks, with Access tokens of 256 people: each token is verified once a minute, each permit is logged to a file. `wrk` asks from the other core, 32 connections.",
          "Cerbos decides the Portugal policy over its own HTTP API on the same core; it verifies no token and signs nothing.",
          "One process is bound to a core and asked from the other one; two have both, and share them with who asks. An empty handler is measured in the same two ways: what it needs more in two processes is the machine's.",
          `The p99 is that of ${PACED_CONNECTIONS} connections that pause, so that together they ask half as much as the service can answer.`,
        ],
      };
    } finally {
      for (const server of servers) await server.stop();
      await staff.stop();
      await rm(folder, { recursive: true });
    }
  },
};

/** Nanoseconds of processor time that one answer takes, once every process has met everybody. */
async function measureCost(server: MeasuredServer, load: Omit<ProxyLoad, "url">, ms: number) {
  const asked = { ...load, url: server.url };
  await askAsNginx(asked, WARM_UP_MS);
  const before = await server.cpuSeconds();
  const { answered } = await askAsNginx(asked, ms);
  return (((await server.cpuSeconds()) - before) * 1e9) / answered;
}
