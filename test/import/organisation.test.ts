import { beforeAll, describe, expect, test } from "bun:test";
import { type Import, importExports } from "../../src/config/import/import-exports.ts";
import { type PolicyFile, readPolicies } from "../../src/config/policies/read-policies.ts";
import { readSource } from "../../src/config/source.ts";
import { compileApplications } from "../../src/core/application-index.ts";
import { keyedFact } from "../../src/core/attribute.ts";
import { compilePolicySet } from "../../src/core/compile.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { known } from "../../src/core/fact.ts";
import { put } from "../../src/core/fact-json.ts";
import { lintPolicies } from "../../src/core/lint/lint.ts";
import type { PolicySet } from "../../src/core/model.ts";
import { renderFault } from "../../src/core/place.ts";
import { describeDecision } from "../oracle/case.ts";
import { type Dice, happens, pick, seededDice } from "../oracle/dice.ts";
import { drawFacts, NOW } from "../oracle/draw-facts.ts";
import { ALL_SELECTORS } from "./export-rules.ts";
import { drawOrganisation } from "./organisation.ts";

const REQUESTS = 100_000;
const organisation = drawOrganisation(20_260_301);

function importFiles(files: readonly PolicyFile[]): Import {
  const { imported, faults } = importExports(files.map(({ file, text }) => readSource(file, text)));
  if (imported === null) throw new Error(faults.map(renderFault).join("\n"));
  return imported;
}

function load(files: readonly PolicyFile[]): PolicySet {
  const { policySet, faults } = readPolicies(files);
  if (policySet === null) throw new Error(faults.map(renderFault).join("\n"));
  return policySet;
}

/** What a policy set answers to a request: the application it is for, and the decision. */
function answererOf(set: PolicySet) {
  const { applications } = compilePolicySet(set);
  const index = compileApplications(
    set.applications.flatMap(({ id, destinations }) =>
      destinations.map((destination) => ({ destination, value: id })),
    ),
  );
  return (host: string, path: string, facts: Parameters<typeof evaluate>[1]): string => {
    const found = index.find(host, path);
    if (found.match !== "found") return found.match;
    const application = applications.get(found.value);
    if (application === undefined) throw new Error(`no application ${found.value}`);
    return `${found.value}: ${describeDecision(evaluate(application, facts, NOW))}`;
  };
}

function drawRequestFacts(dice: Dice, set: PolicySet) {
  const facts = { ...drawFacts(dice) };
  for (const { id } of set.postureRules) {
    const from = { source: "drawn", learntAt: NOW - 1_000, expiresAt: Number.POSITIVE_INFINITY };
    if (happens(dice, 60))
      put(facts, keyedFact("device.asserted_posture", id), known({ success: happens(dice, 60) }, from));
  }
  return facts;
}

const SUBDOMAINS = ["", "", "", "a.", "a.b."];
const REQUEST_PATHS = ["/", "/eng", "/eng/exec/x", "/engine", "/a", "/a/b", "/food/x/bar", "/eng/../a/b"];

describe("an organisation of 200 applications, 60 groups and 30 lists", () => {
  let imported: Import;
  beforeAll(() => {
    imported = importFiles(organisation.exports);
  }, 180_000);

  test("is imported whole, from files of every form", () => {
    expect(imported.refused).toEqual([]);
    const set = load(imported.files);
    expect([set.applications.length, set.groups.length, set.lists.length]).toEqual([200, 60, 30]);
    expect(set.postureRules.length).toBe(23);
    for (const selector of ALL_SELECTORS) expect(organisation.raw.text).toContain(`"${selector}":`);
  });

  test("is written to one file per application, and one per other kind", () => {
    const files = imported.files.map(({ file }) => file);
    expect(files).toHaveLength(206);
    expect(files).toContain("application-0-öst.yaml");
    expect(files.filter((file) => file.startsWith("namesake"))).toEqual([
      "namesake.yaml",
      "namesake-2.yaml",
      "namesake-3.yaml",
      "namesake-4.yaml",
    ]);
    expect(files).toContain("posture-rules.yaml");
  });

  test("holds no secret any more, and says which were left out", () => {
    const text = imported.files.map((file) => file.text).join("\n");
    expect(text).not.toContain("secret");
    expect(imported.leftOut.filter(({ secret }) => secret).map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      "service_tokens client_secret",
      "identity_providers config",
      "identity_providers scim_config",
    ]);
  });

  test("comes out the same, byte for byte, whatever the order of the files and objects", () => {
    const again = importFiles(organisation.exports.toReversed());
    expect(filesByName(again)).toEqual(filesByName(imported));
  }, 180_000);

  test("comes out the same when what was imported is imported", () => {
    expect(filesByName(importFiles(imported.files))).toEqual(filesByName(imported));
  }, 180_000);

  test("gives lint the same to find", () => {
    const found = (files: readonly PolicyFile[]) =>
      lintPolicies(load(files), null)
        .map(({ rule, level, object }) => `${level} ${rule}: ${object.name}`)
        .toSorted();
    expect(found(imported.files)).toEqual(found([organisation.raw]));
  }, 180_000);

  test(`decides ${REQUESTS} drawn requests as Cloudflare's own objects do`, () => {
    const raw = load([organisation.raw]);
    const [before, after] = [answererOf(raw), answererOf(load(imported.files))];
    const dice = seededDice(7);
    const outcomes = new Map<string, number>();
    for (let request = 0; request < REQUESTS; request++) {
      const host = `${pick(dice, SUBDOMAINS)}team-${dice(41)}.example.com`;
      const path = pick(dice, REQUEST_PATHS);
      const facts = drawRequestFacts(dice, raw);
      const answer = before(host, path, facts);
      if (after(host, path, facts) !== answer) {
        throw new Error(`${host}${path}: ${answer}  ≠  ${after(host, path, facts)}`);
      }
      const outcome = /permit|deny|none|ambiguous/.exec(answer)?.[0] ?? answer;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    for (const outcome of ["permit", "deny", "none"])
      expect(outcomes.get(outcome)).toBeGreaterThan(REQUESTS / 20);
  }, 180_000);
});

function filesByName({ files }: Import): readonly unknown[] {
  return files.map(({ file, text }) => [file, text]).toSorted();
}
