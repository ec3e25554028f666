import { readPolicies } from "../../src/config/policies/read-policies.ts";
import type { PolicySet } from "../../src/core/model.ts";
import { renderFault } from "../../src/core/place.ts";

/** The policy set of one file that must be sound. */
export function policySetOf(text: string): PolicySet {
  const { policySet, faults } = readPolicies([{ file: "policies.yaml", text }]);
  if (policySet === null) throw new Error(faults.map(renderFault).join("\n"));
  return policySet;
}

/** What is wrong with one file, as it is printed. */
export function faultsOf(text: string): readonly string[] {
  return readPolicies([{ file: "policies.yaml", text }]).faults.map(renderFault);
}

/** What is wrong with one file, without the places. */
export function messagesOf(text: string): readonly string[] {
  return readPolicies([{ file: "policies.yaml", text }]).faults.map(({ message }) => message);
}

/** A value as it would be without the places in it. */
export function withoutPlaces<T>(value: T): unknown {
  if (value instanceof Map || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutPlaces);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (key === "place" ? [] : [[key, withoutPlaces(part)]])),
  );
}
