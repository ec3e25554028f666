import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { systemClock } from "../../src/clock.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { factsOfIdentity } from "../../src/session/access-identity.ts";
import { type Benchmark, BenchmarkError, requireSameAnswers } from "./benchmark.ts";
import { compileOnly } from "./compile.ts";
import { latencyFigures, sampleKeys } from "./keys-latency.ts";
import { createPeople, identityOf } from "./person.ts";
import { playEdge } from "./played-edge.ts";
import { PORTUGAL_APPLICATION } from "./portugal.ts";
import { type RunningServer, runScript } from "./processes.ts";
import { measureRounds, ratio } from "./rounds.ts";
import { startService, writeConfiguration } from "./service.ts";
import { runWrk, writeRequests } from "./wrk.ts";

const CORES = [0, 1] as const;
const CONNECTIONS = 16;
const PEOPLE = createPeople(512);
/** A call is known by its application and its nonce: each token is a new call at each of these. */
const APPLICATIONS = 256;

/** The service itself, as Access asks it, against what the machine can sign. */
export const EVALUATE: Benchmark = {
  name: "evaluate",
  title: "/evaluate against bare RS256 signing",
  async run(effort) {
    const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
    const edge = await playEdge();
    const workers: RunningServer[] = [];
    try {
      await writeConfiguration(folder, edge, policies());
      for (const core of CORES) workers.push(await startService(folder, core));
      // A store refuses logins that are older than itself, and tokens tell whole seconds.
      await Bun.sleep(1_000);
      const tokens = await edge.signTokens(PEOPLE, systemClock());
      const requests = join(folder, "requests");
      await writeCalls(requests, tokens);
      await requireRightAnswers(tokens, workers);
      let skip = PEOPLE.length;
      const loadOf = async (asked: readonly RunningServer[], roundMs: number) => {
        const loads = asked.map(async ({ url }, index) => {
          const share = Math.floor((PEOPLE.length * APPLICATIONS) / CORES.length);
          const load = { url, requests, skip: skip + index * share, connections: CONNECTIONS };
          // One worker is asked from the other core; two have none to spare.
          return runWrk(asked.length === 1 ? { ...load, core: CORES[1] } : load, roundMs);
        });
        const done = await Promise.all(loads);
        skip += Math.max(...done.map(({ answered }) => answered)) + CONNECTIONS;
        return done.reduce((sum, { perSecond }) => sum + perSecond, 0);
      };
      const bare = async (cores: readonly number[], roundMs: number) => {
        const each = cores.map((core) => runScript("bare-signer.ts", [String(roundMs)], core));
        return (await Promise.all(each)).reduce((sum, perSecond) => sum + perSecond, 0);
      };
      const [first] = workers;
      if (first === undefined) throw new Error("no worker was started");
      const idle: number[] = [];
      const loaded: number[] = [];
      const unit = "per_second";
      const [bareOne, one, bareTwo, two] = await measureRounds(
        [
          { name: "bare signing, one core", unit, measure: (ms) => bare(CORES.slice(0, 1), ms) },
          {
            name: "/evaluate, one worker on one core",
            unit,
            async measure(ms) {
              idle.push(...(await sampleKeys(first.url, Bun.sleep(ms))));
              const load = loadOf([first], ms);
              loaded.push(...(await sampleKeys(first.url, load)));
              return load;
            },
          },
          { name: "bare signing, two cores", unit, measure: (ms) => bare(CORES, ms) },
          { name: "/evaluate, two workers on two cores", unit, measure: (ms) => loadOf(workers, ms) },
        ],
        effort,
      );
      const measured = [bareOne, one, bareTwo, two].flatMap((series) => series?.figure ?? []);
      const keys = [...latencyFigures("/keys, idle", idle), ...latencyFigures("/keys under load", loaded)];
      const [, idleP99, , loadedP99] = keys;
      const slower = (loadedP99?.median ?? Number.NaN) / (idleP99?.median ?? Number.NaN);
      return {
        figures: [...measured, ...keys],
        targets: [
          {
            name: "one worker, of bare signing",
            unit: "ratio",
            measured: ratio(one, bareOne),
            wanted: { atLeast: 0.8 },
          },
          { name: "two workers, of one", unit: "ratio", measured: ratio(two, one), wanted: { atLeast: 1.7 } },
          { name: "/keys p99 under load, of idle", unit: "ratio", measured: slower, wanted: { atMost: 5 } },
        ],
        remarks: [
          "`postern serve` as it is run: each call is verified, evaluated, claimed in an SQLite store, signed and logged; each is a new call, 16 at a time. Workers are two processes on two ports that share one store, one folder of keys and the policies; each has a `wrk` of its own.",
          "On a machine of two cores the two workers share them with what asks them.",
          "/keys is asked every 10 ms by an open loop, of the one worker, whose core also signs.",
        ],
      };
    } finally {
      for (const worker of workers) await worker.stop();
      await edge.stop();
      await rm(folder, { recursive: true });
    }
  },
};

const nameOf = (index: number) => `app-${index}`;

function policies() {
  const applications = Array.from({ length: APPLICATIONS }, (_, index) => ({
    ...PORTUGAL_APPLICATION,
    name: nameOf(index),
    domain: `${nameOf(index)}.example.com`,
  }));
  return { applications };
}

/** All calls there are: every token at the first application, then every token at the next. */
function writeCalls(file: string, tokens: readonly string[]): Promise<void> {
  return writeRequests(
    file,
    Array.from({ length: APPLICATIONS }, (_, index) => index).flatMap((index) =>
      tokens.map((token) => [`/evaluate/${nameOf(index)}`, { token }] as const),
    ),
  );
}

/** Holds what the workers sign to what the engine says. */
async function requireRightAnswers(tokens: readonly string[], workers: readonly RunningServer[]) {
  const now = systemClock();
  const application = compileOnly({ applications: [PORTUGAL_APPLICATION] });
  const sample = PEOPLE.slice(0, 64);
  const expected = sample.map((person) => {
    const facts = factsOfIdentity(identityOf(person, new Date(now).toISOString()), now);
    return evaluate(application, facts, now).outcome === "permit";
  });
  for (const { url } of workers) {
    const answers: boolean[] = [];
    for (const index of sample.keys()) answers.push(await ask(url, tokens[index] ?? ""));
    requireSameAnswers({ "the engine": expected, "a worker": answers });
  }
}

async function ask(url: string, token: string): Promise<boolean> {
  const response = await fetch(`${url}/evaluate/${nameOf(0)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const body: unknown = await response.json();
  const signed = typeof body === "object" && body !== null && "token" in body ? body.token : null;
  if (typeof signed !== "string")
    throw new BenchmarkError(
      "program_failed",
      `/evaluate answered ${response.status}: ${JSON.stringify(body)}`,
    );
  return decodeJwt(signed).success === true;
}
