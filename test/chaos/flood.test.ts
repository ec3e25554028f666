import { describe, expect, test } from "bun:test";
import { FLOOD_CONTROLS, FLOODS } from "../../scripts/chaos/flood/floods.ts";
import { type FloodWeakness, runFlood } from "../../scripts/chaos/flood/run-flood.ts";
import { requireTool } from "../support/require-tool.ts";

/** Long ones are those of `bun run chaos --flood`. */
const SECONDS = 2;
const CONTROL_SECONDS = 30;
const PATIENCE_MS = 300_000;

function flood(name: string, weakness: FloodWeakness | null) {
  const experiment = FLOODS.find((each) => each.name === name);
  if (experiment === undefined) throw new Error(`there is no flood ${name}`);
  const seconds = weakness === null ? SECONDS : CONTROL_SECONDS;
  const requests = Number.MAX_SAFE_INTEGER;
  return runFlood(
    experiment,
    { requests, seconds, perSecond: 30, faultMs: 400, seed: 20_261_121, onProgress: () => {} },
    weakness,
  );
}

describe.if(requireTool("redis-server"))("a flood of requests at the proxy listeners", () => {
  test(
    "lets in nobody who may not, while the source of devices says nothing that counts",
    async () => {
      const report = await flood("P1", null);
      expect(report).toMatchObject({ wrongPermits: 0, errors: 0, slowRevocations: 0 });
      expect(report.permits).toBeGreaterThan(0);
      expect(report.requests).toBeGreaterThan(report.permits);
    },
    PATIENCE_MS,
  );

  for (const { of, without, weakness } of FLOOD_CONTROLS) {
    test(
      `${of} without ${without} is found out (control)`,
      async () => {
        expect((await flood(of, weakness))[weakness.shows]).toBeGreaterThan(0);
      },
      PATIENCE_MS,
    );
  }
});
