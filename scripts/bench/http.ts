import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Benchmark, requireSameAnswers } from "./benchmark.ts";
import { CERBOS_PATH, cerbosQuestion, startCerbos } from "./cerbos.ts";
import { createPeople } from "./person.ts";
import { pinned, type RunningServer, startServer } from "./processes.ts";
import type { Figure, Target } from "./report.ts";
import { type Effort, measureRounds, ratio } from "./rounds.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { runWrk, writeRequests } from "./wrk.ts";

const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const CONNECTIONS = 32;
const PEOPLE = createPeople(256);

/** Decisions over HTTP against Cerbos, each server on the same one core, asked from the other. */
export const HTTP: Benchmark = {
  name: "http",
  title: "Decisions over HTTP, on one core",
  async run(effort) {
    const figures: Figure[] = [];
    const targets: Target[] = [];
    for (const scenario of SCENARIOS) {
      const compared = await compare(scenario, effort);
      figures.push(...compared.figures);
      targets.push(compared.target);
    }
    return {
      figures,
      targets,
      remarks: [
        "Postern's side is the engine behind a bare HTTP handler that exists for this benchmark alone (`scripts/bench/decision-server.ts`): JSON in, checked, decided, JSON out. It has no session, no store, no log and no signature; what the service itself does is measured by `evaluate`.",
        "Cerbos is asked by its own HTTP API (`/api/check/resources`), its log and audit off. `wrk` asks both from the other core, one process, 32 connections; both stay up, and one is asked at a time.",
      ],
    };
  },
};

async function compare(scenario: Scenario, effort: Effort) {
  const folder = await mkdtemp(join(tmpdir(), "postern-bench-"));
  const servers: RunningServer[] = [];
  try {
    const postern = await startDecisionServer(scenario, folder);
    servers.push(postern);
    const cerbos = await startCerbos(scenario, folder, SERVER_CORE);
    servers.push(cerbos);
    const contenders = [
      { name: "Postern", url: postern.url, requests: PEOPLE.map((person) => ["/", person] as const) },
      {
        name: "Cerbos",
        url: cerbos.url,
        requests: PEOPLE.map((person) => [CERBOS_PATH, cerbosQuestion(person)] as const),
      },
    ];
    requireSameAnswers({
      Cerbos: await askAll(contenders[1], '"EFFECT_ALLOW"'),
      Postern: await askAll(contenders[0], '"permit"'),
    });
    for (const { name, requests } of contenders) await writeRequests(join(folder, name), requests);
    const [ours, theirs] = await measureRounds(
      contenders.map(({ name, url }) => ({
        name: `${scenario.name}: ${name}`,
        unit: "per_second",
        measure: async (roundMs) => {
          const load = { url, requests: join(folder, name), connections: CONNECTIONS, core: CLIENT_CORE };
          return (await runWrk(load, roundMs)).perSecond;
        },
      })),
      effort,
    );
    const target: Target = {
      name: `${scenario.name}, against Cerbos`,
      unit: "ratio",
      measured: ratio(ours, theirs),
      wanted: { atLeast: 10 },
    };
    return { figures: [ours, theirs].flatMap((series) => series?.figure ?? []), target };
  } finally {
    for (const server of servers) await server.stop();
    await rm(folder, { recursive: true });
  }
}

function startDecisionServer({ name }: Scenario, folder: string): Promise<RunningServer> {
  const script = join(import.meta.dir, "decision-server.ts");
  const findUrl = (log: string) => /^(http:\S+)\n/.exec(log)?.[1] ?? null;
  const command = pinned(SERVER_CORE, [process.execPath, script, name]);
  return startServer(command, join(folder, "decision-server.log"), findUrl);
}

interface Asked {
  readonly url: string;
  readonly requests: readonly (readonly [path: string, body: object])[];
}

/** Whether each answer holds `permit`, asked one after another. */
async function askAll(asked: Asked | undefined, permit: string): Promise<readonly boolean[]> {
  const answers: boolean[] = [];
  for (const [path, body] of asked?.requests ?? []) {
    const response = await fetch(`${asked?.url}${path}`, { method: "POST", body: JSON.stringify(body) });
    answers.push(response.ok && (await response.text()).includes(permit));
  }
  return answers;
}
