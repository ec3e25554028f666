import { describe, expect, test } from "bun:test";
import type { Extent } from "../../scripts/chaos/experiment.ts";
import { EXPERIMENTS } from "../../scripts/chaos/experiments.ts";
import { findBreaches } from "../../scripts/chaos/find-breaches.ts";
import type { Report } from "../../scripts/chaos/tally.ts";
import { requireTool } from "../support/require-tool.ts";

/** Each fault once; long runs are those of `bun run chaos`. */
const SHORT: Extent = {
  ...{ requests: 300, seconds: 1, perSecond: 60, faultMs: 350, seed: 20_261_121 },
  onProgress: () => {},
};
/** The controls with servers end with the first thing that they show. */
const SHORT_CONTROL: Extent = { ...SHORT, requests: 4_000 };
const UNTIL_SHOWN: Extent = { ...SHORT_CONTROL, seconds: 30 };
/** Machines that test stall: how soon and how often is measured by long runs. But a revocation counts at once. */
const LENIENT = { wrongDenies: 0.1, late: 5, slowRevocations: 0, recoveryMs: 10_000 };
const PATIENCE_MS = 300_000;
/** Most of the time of an experiment with a server is waiting. */
const AT_ONCE = 4;

const waiting: (() => void)[] = [];
let running = 0;

async function inTurn(run: () => Promise<Report>): Promise<Report> {
  if (running >= AT_ONCE) await new Promise<void>((start) => waiting.push(start));
  else running++;
  try {
    return await run();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

for (const { name, title, servers, run, controls } of EXPERIMENTS) {
  const needsServers = servers.length > 0;
  const testIt = needsServers ? test.concurrent : test;
  describe.if(servers.every(requireTool))(`${name}, ${title}`, () => {
    testIt(
      "lets nobody in who may not, and everybody again who may",
      async () => {
        const report = await inTurn(() => run(SHORT));
        expect({ ...report, breaches: findBreaches(report, LENIENT) }).toMatchObject({ breaches: [] });
      },
      PATIENCE_MS,
    );

    for (const { without, shows, run: runWithout } of controls) {
      testIt(
        `without ${without} is found out (control)`,
        async () => {
          const report = await inTurn(() => runWithout(needsServers ? UNTIL_SHOWN : SHORT_CONTROL));
          expect(report[shows]).toBeGreaterThan(0);
        },
        PATIENCE_MS,
      );
    }
  });
}
