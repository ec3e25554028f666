import { deepFreeze } from "../../config/deep-freeze.ts";
import type { PoliciesRead } from "../../config/policies/read-policies.ts";
import type { Application, Policy, PolicySet } from "../../core/model.ts";
import type { Fault } from "../../core/place.ts";

/** An application whose policies are told by their places among all policies. */
type PackedApplication = Omit<Application, "policies"> & { readonly policies: readonly number[] };

/** What goes from one thread to another at once: little enough that receiving it takes no time to speak of. */
export type PolicyPart =
  | { readonly kind: "faults"; readonly faults: readonly Fault[] }
  | { readonly kind: "policies"; readonly policies: readonly Policy[] }
  | { readonly kind: "applications"; readonly applications: readonly PackedApplication[] }
  | {
      readonly kind: "rest";
      readonly rest: Omit<PolicySet, "applications" | "policies">;
      /** The reusable policies, by their places. */
      readonly reusable: readonly number[];
    };

const POLICIES_AT_ONCE = 40;
const APPLICATIONS_AT_ONCE = 40;

/** Takes what was read apart; `rest` or `faults` is the last part. A policy that several applications share comes once. */
export function* takeApart(read: PoliciesRead): Generator<PolicyPart> {
  if (read.policySet === null) {
    yield { kind: "faults", faults: read.faults };
    return;
  }
  const { applications, policies: reusable, ...rest } = read.policySet;
  const all = new Set([...reusable, ...applications.flatMap(({ policies }) => policies)]);
  const places = new Map([...all].map((policy, place) => [policy, place]));
  const placesOf = (policies: readonly Policy[]) => policies.flatMap((policy) => places.get(policy) ?? []);
  for (const policies of inSlices([...all], POLICIES_AT_ONCE)) yield { kind: "policies", policies };
  for (const some of inSlices(applications, APPLICATIONS_AT_ONCE)) {
    const packed = some.map((application) => ({ ...application, policies: placesOf(application.policies) }));
    yield { kind: "applications", applications: packed };
  }
  yield { kind: "rest", rest, reusable: placesOf(reusable) };
}

function* inSlices<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/** Puts the parts together again. Each call takes one and tells all that was read once it was the last. */
export function createAssembly(): (part: PolicyPart) => PoliciesRead | null {
  const all: Policy[] = [];
  const applications: Application[] = [];
  const at = (places: readonly number[]): Policy[] => places.flatMap((place) => all[place] ?? []);
  return (part) => {
    switch (part.kind) {
      case "faults":
        return { policySet: null, faults: part.faults };
      case "policies":
        all.push(...deepFreeze(part.policies));
        return null;
      case "applications":
        for (const packed of part.applications) {
          applications.push(deepFreeze({ ...packed, policies: at(packed.policies) }));
        }
        return null;
      case "rest": {
        const set: PolicySet = { applications, policies: at(part.reusable), ...part.rest };
        return { policySet: deepFreeze(set), faults: [] };
      }
    }
  };
}
