import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { loadPolicyTests } from "../../src/cli/policy-test/load-tests.ts";
import { renderResults } from "../../src/cli/policy-test/render-results.ts";
import { runPolicyTests } from "../../src/cli/policy-test/run-tests.ts";
import { loadPolicies } from "../../src/config/policies/load-policies.ts";
import { compilePolicySet } from "../../src/core/compile.ts";
import { renderFault } from "../../src/core/place.ts";
import { NOON } from "../support/records.ts";

const PLAIN = { color: false, width: 110 };

/** Runs a file of tests against the policies of the same name, or else against `policies.yaml` beside it. */
async function runGolden(topic: string) {
  const path = join(import.meta.dir, topic);
  const own = `${path}.yaml`;
  const { policySet, faults } = await loadPolicies(
    existsSync(own) ? own : join(dirname(path), "policies.yaml"),
  );
  if (policySet === null) throw new Error(faults.map(renderFault).join("\n"));
  const read = await loadPolicyTests([`${path}.test.yaml`], policySet, NOON);
  if (read.faults.length > 0) throw new Error(read.faults.map(renderFault).join("\n"));
  return runPolicyTests(read.tests, compilePolicySet(policySet), NOON);
}

const files = await Array.fromAsync(new Glob("**/*.test.yaml").scan(import.meta.dir));
const topics = files.map((file) => file.replace(/\.test\.yaml$/, "")).toSorted();

for (const topic of topics) {
  const results = await runGolden(topic);
  describe(topic, () => {
    for (const result of results) {
      test(`${result.test.name}: ${result.test.expected.answer}`, () => {
        if (!result.passed) throw new Error(renderResults([result], NOON, { cwd: "", style: PLAIN }));
      });
    }

    test("has a name of its own for every case", () => {
      const names = results.map((result) => result.test.name);
      expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
    });
  });
}
