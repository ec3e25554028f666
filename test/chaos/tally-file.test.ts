import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sumUp, type TallyEntry, TallyFile } from "../../scripts/chaos/flood/tally-file.ts";
import { renderWrongPermits } from "../../scripts/chaos/wrong-permits.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-tally-"));
  path = join(folder, "flood.jsonl");
});

afterEach(() => rm(folder, { recursive: true }));

function entryOf(experiment: string, requests: number, wrongPermits = 0): TallyEntry {
  return {
    ...{
      experiment,
      requests,
      wrongPermits,
      version: "0.1.0 abc",
      seed: 1,
      endedAt: "2026-11-21T12:00:00.000Z",
    },
    ...{ seconds: 60, permits: 1, excused: 0, wrongDenies: 0, errors: 0, slowRevocations: 0, faults: 3 },
  };
}

test("a tally that is not there is empty", async () => {
  expect(await new TallyFile(path).read()).toEqual([]);
});

test("what one run adds the next one reads, and all of it is summed up", async () => {
  await new TallyFile(path).add(entryOf("R1", 600_000));
  await new TallyFile(path).add(entryOf("R2", 300_000));
  await new TallyFile(path).add(entryOf("R1", 600_000));
  const sum = sumUp(await new TallyFile(path).read());
  expect(sum).toEqual({
    floods: 3,
    requests: 1_500_000,
    wrongPermits: 0,
    versions: ["0.1.0 abc"],
    byExperiment: new Map([
      ["R1", 1_200_000],
      ["R2", 300_000],
    ]),
  });
  expect(renderWrongPermits(sum)).toBe("wrong permits: 0 of 1500000, 95 % upper bound 2.0e-6");
});

test("one wrong permit is told, and no bound", () => {
  expect(renderWrongPermits(sumUp([entryOf("R1", 10, 1)]))).toBe("wrong permits: 1 of 10");
});

test.each(["no JSON", '{"experiment":"R1"}', '"R1"'])("a file with the line %s is no tally", async (line) => {
  await writeFile(path, `${JSON.stringify(entryOf("R1", 1))}\n${line}\n`);
  expect(new TallyFile(path).read()).rejects.toThrow(`${path}:2: this is no line of a tally`);
});
