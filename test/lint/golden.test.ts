import { expect, test } from "bun:test";
import { join } from "node:path";
import { attributesProvidedBy } from "../../src/cli/lint/provided-attributes.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { loadPolicies } from "../../src/config/policies/load-policies.ts";
import { lintPolicies } from "../../src/core/lint/lint.ts";
import type { ProvidedAttributes } from "../../src/core/lint/provided-attributes.ts";
import { EXPECTED_FINDINGS } from "./golden-findings.ts";

const TOP = join(import.meta.dir, "../..");
const GOLDEN = join(TOP, "test/golden");

/** What lint finds in a file or a folder, each `rule: object` once. */
async function findIn(path: string, provided: ProvidedAttributes | null = null): Promise<readonly string[]> {
  const { policySet, faults } = await loadPolicies(path);
  if (policySet === null) throw new Error(faults.map(({ message }) => message).join("\n"));
  const findings = lintPolicies(policySet, provided).map(({ rule, object }) => `${rule}: ${object.name}`);
  return [...new Set(findings)].toSorted();
}

test("nothing is found in what Postern itself shows and writes", async () => {
  const { config } = await loadConfig(join(TOP, "src/cli/init/postern.yaml"), {});
  const provided = config && attributesProvidedBy(config, { providers: [] });
  expect(provided).not.toBeNull();
  expect(await findIn(join(TOP, "src/cli/init/policies"), provided)).toEqual([]);
  // The demo's inventory gives one more.
  const inDemo = new Set([...(provided ?? []), "own.laptops.in_good_order"]);
  expect(await findIn(join(TOP, "src/cli/demo/policies"), inDemo)).toEqual([]);
});

test("in the golden policies is found what is written down, and nothing else", async () => {
  const files = [...new Bun.Glob("**/*.yaml").scanSync({ cwd: GOLDEN })].filter(
    (file) => !file.endsWith(".test.yaml"),
  );
  const found = await Promise.all(
    files.toSorted().map(async (file) => [file, await findIn(join(GOLDEN, file))] as const),
  );
  expect(Object.fromEntries(found.filter(([, findings]) => findings.length > 0))).toEqual(EXPECTED_FINDINGS);
});
