import { readPolicies } from "../../src/config/policies/read-policies.ts";
import type { CompiledApplication } from "../../src/core/compile.ts";
import { renderFault } from "../../src/core/place.ts";
import { createPolicyDirectory, type PolicyDirectory } from "../../src/core/policy-directory.ts";

/** Compiles a policy file. Throws what is wrong with it. */
export function compilePolicies(policies: object): PolicyDirectory {
  const { policySet, faults } = readPolicies([{ file: "policies.json", text: JSON.stringify(policies) }]);
  if (policySet === null) throw new Error(faults.map(renderFault).join("\n"));
  return createPolicyDirectory(policySet);
}

/** Compiles a policy file with one application. Throws what is wrong with it. */
export function compileOnly(policies: object): CompiledApplication {
  const { only } = compilePolicies(policies);
  if (only === null) throw new Error("the policies are not of one application");
  return only;
}
