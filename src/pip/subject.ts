import { current, type Facts } from "../core/fact.ts";
import type { UnknownReason } from "../core/reason.ts";

/** What everything that is learnt about a request starts from. */
export const ROOTS = ["person", "device", "address"] as const;
export type Root = (typeof ROOTS)[number];

/** Whom a request is about, by id; null where none is known. Stored facts are kept under it. */
export type Subject = { readonly [R in Root]: string | null };

/** Whom these facts of a request name. */
export function subjectOf(facts: Facts, now: number): Subject {
  const person = current(facts["identity.subject"], now);
  const device = current(facts["device.id"], now);
  const address = current(facts["network.ip"], now);
  return {
    person: person.state === "known" ? person.value : null,
    device: device.state === "known" ? device.value : null,
    address: address.state === "known" ? address.value.text : null,
  };
}

/** What an attribute belongs to; null for a plugin's own, which belongs to what its plugin needs. */
export function rootOf(name: string): Root | null {
  if (name.startsWith("identity.")) return "person";
  if (name.startsWith("device.")) return "device";
  return name.startsWith("network.") ? "address" : null;
}

/** Why nothing can be learnt of a subject that lacks `root`. */
export const LACKING: { readonly [R in Root]: UnknownReason } = {
  person: "no_person",
  device: "no_device",
  address: "missing",
};
