import { type CompiledApplication, type CompiledPolicySet, compilePolicySet } from "./compile.ts";
import type { PolicySet } from "./model.ts";

/** A compiled policy set, and how its applications are found. */
export interface PolicyDirectory {
  readonly revision: string;
  readonly policies: CompiledPolicySet;
  /** By id or name; null where several applications are called that, be it by name or by id. */
  findByName(idOrName: string): CompiledApplication | null;
  /** The application, where there is exactly one. */
  readonly only: CompiledApplication | null;
  /** Client ids of the service tokens that there are. */
  readonly serviceTokens: ReadonlySet<string>;
}

export function createPolicyDirectory(set: PolicySet): PolicyDirectory {
  return directoryOf(compilePolicySet(set));
}

/** The directory of a set that is compiled already. */
export function directoryOf(policies: CompiledPolicySet): PolicyDirectory {
  const called = new Map<string, CompiledApplication | null>(policies.applications);
  for (const compiled of policies.applications.values()) {
    const { name } = compiled.application;
    const other = called.get(name);
    called.set(name, other === undefined || other === compiled ? compiled : null);
  }
  const [first, second] = policies.applications.values();
  return {
    revision: policies.revision,
    policies,
    findByName: (idOrName) => called.get(idOrName) ?? null,
    only: second === undefined ? (first ?? null) : null,
    serviceTokens: new Set(policies.set.serviceTokens.map(({ clientId }) => clientId)),
  };
}
