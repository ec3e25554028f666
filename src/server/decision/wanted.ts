import type { FactName } from "../../core/attribute.ts";
import { isIdentity, phaseOf } from "../../core/attribute.ts";
import type { CompiledApplication } from "../../core/compile.ts";
import { type Facts, type FactsDraft, unknown } from "../../core/fact.ts";
import { put } from "../../core/fact-json.ts";
import type { PolicyDirectory } from "../../core/policy-directory.ts";
import type { UnknownReason } from "../../core/reason.ts";

const atLogin = new WeakMap<PolicyDirectory, Map<CompiledApplication, readonly FactName[]>>();

/** What is to be learnt at a login to `application`: what it asks, and of the person what any application asks. */
export function wantedAtLogin(
  directory: PolicyDirectory,
  application: CompiledApplication,
): readonly FactName[] {
  const known = atLogin.get(directory) ?? new Map<CompiledApplication, readonly FactName[]>();
  atLogin.set(directory, known);
  const before = known.get(application);
  if (before !== undefined) return before;
  const all = [...directory.policies.applications.values()].flatMap(({ requirements }) => requirements);
  const wanted = [...new Set([...application.requirements, ...all.filter(isFrozen)])];
  known.set(application, wanted);
  return wanted;
}

/** Whether an attribute is learnt at a login only. */
export function isFrozen(name: FactName): boolean {
  return isIdentity(name) && phaseOf(name) === "login";
}

/** `facts`, and what they lack of the `requirements` that `concerns` picks as unknown. */
export function fillUnknown(
  facts: Facts,
  requirements: readonly FactName[],
  why: UnknownReason,
  concerns: (name: FactName) => boolean,
): Facts {
  const filled: FactsDraft = { ...facts };
  for (const name of requirements) {
    if (filled[name] === undefined && concerns(name)) put(filled, name, unknown(why));
  }
  return filled;
}

/** Attributes that a login brings with it: they end with it. */
export function isOfLogin(name: FactName): boolean {
  return isIdentity(name) || name.startsWith("device.");
}
