import { loadPolicies } from "../config/policies/load-policies.ts";
import type { Fault } from "../core/place.ts";
import { createPolicyDirectory, type PolicyDirectory } from "../core/policy-directory.ts";

/** The policies of files, compiled, or all that is wrong with them. */
export type DirectoryRead =
  | { readonly directory: PolicyDirectory; readonly faults: readonly [] }
  | { readonly directory: null; readonly faults: readonly Fault[] };

/** Loads and compiles the policies of a file or a folder in one go. Never throws. */
export async function loadDirectory(path: string): Promise<DirectoryRead> {
  const { policySet, faults } = await loadPolicies(path);
  return policySet === null
    ? { directory: null, faults }
    : { directory: createPolicyDirectory(policySet), faults: [] };
}
