import { ASSERTED_BY_ACCESS } from "../../src/cli/lint/provided-attributes.ts";
import type { ReportedFinding } from "../../src/core/lint/finding.ts";
import { lintPolicies } from "../../src/core/lint/lint.ts";
import { policySetOf } from "../policies/support.ts";

const PROVIDED: ReadonlySet<string> = new Set([
  ...ASSERTED_BY_ACCESS,
  "identity.external_evaluation",
  "credential.linked_app_token",
]);

/** All that lint says of one file. */
export function lintText(text: string): readonly ReportedFinding[] {
  return lintPolicies(policySetOf(text), PROVIDED);
}

/** Names of the objects about which a rule reports something, once for each finding. */
export function objectsFoundBy(rule: string, text: string): readonly string[] {
  return lintText(text)
    .filter((finding) => finding.rule === rule)
    .map(({ object }) => object.name);
}

/** One application with these policies, each a line of YAML, and what stands beside it. */
export function wikiWith(policies: readonly string[], beside = "", application = ""): string {
  const lines = policies.map((policy) => `      - ${policy}`);
  return [
    "applications:",
    "  - name: wiki",
    "    domain: wiki.example.com",
    ...(application === "" ? [] : [`    ${application}`]),
    "    policies:",
    ...lines,
    beside,
  ].join("\n");
}
