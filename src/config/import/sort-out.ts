import type { Fault, Place } from "../../core/place.ts";
import { idFromName, show } from "../policies/directory.ts";
import { type PoliciesRead, resolvePolicies } from "../policies/read-policies.ts";
import type { Section } from "../policies/schema.ts";
import { type ClosedDoors, closeDoors, readDestinations } from "./closed-doors.ts";
import { type ExportedObject, idOf, nameOf } from "./exported-object.ts";
import { KINDS } from "./kinds.ts";
import { findReferences, type Reference } from "./map-references.ts";
import { type Plain, textAt } from "./plain.ts";
import { toSource } from "./to-source.ts";

export interface SortedOut {
  readonly kept: readonly ExportedObject[];
  /** With the reasons, in the order in which they were written. */
  readonly refused: readonly { readonly object: ExportedObject; readonly reasons: readonly string[] }[];
  /** What keeps the addresses of refused applications; null where that is not needed. */
  readonly closed: Plain | null;
  /** What the kept objects mean. */
  readonly read: PoliciesRead;
}

type Refuse = (object: ExportedObject, reason: string) => void;

/**
 * Parts what can be decided from what cannot: what the loader of policies finds fault with, and whatever depends on
 * that, until what is left is sound.
 */
export function sortOut(objects: readonly ExportedObject[]): SortedOut {
  const refused = new Map<ExportedObject, string[]>();
  const refuse: Refuse = (object, reason) => {
    const reasons = refused.get(object);
    if (reasons === undefined) refused.set(object, [reason]);
    else if (!reasons.includes(reason)) reasons.push(reason);
  };
  for (const object of objects) for (const problem of object.problems) refuse(object, problem);
  for (;;) {
    const before = refused.size;
    const kept = objects.filter((object) => !refused.has(object));
    refuseDependent(kept, refused, refuse);
    // Their other faults would only say the same again: that something is not there.
    if (refused.size > before) continue;
    const doors = closeDoors([...refused.keys()].filter(({ kind }) => kind === "applications"));
    const read = resolvePolicies([
      ...(doors.application === null ? [] : [toReadResult("applications", doors.application, DOOR)]),
      ...kept.map(({ kind, value, place }) => toReadResult(kind, value, place)),
    ]);
    refuseFaulty(kept, read.faults, refuse);
    refuseUnclear(kept, doors, refuse);
    if (refused.size > before) continue;
    const inOrder = objects.flatMap((object) => {
      const reasons = refused.get(object);
      return reasons === undefined ? [] : [{ object, reasons }];
    });
    return { kept, refused: inOrder, closed: doors.application, read };
  }
}

const DOOR: Place = { file: "an application that is refused", line: 1, column: 1 };

function toReadResult(kind: Section, value: Plain, place: Place) {
  return { source: toSource({ [kind]: [value] }, place), faults: [] };
}

function refuseFaulty(kept: readonly ExportedObject[], faults: readonly Fault[], refuse: Refuse): void {
  const byPlace = new Map(kept.map((object) => [object.place, object]));
  for (const { place, message } of faults) {
    const object = byPlace.get(place);
    if (object === undefined) throw new Error("a fault of the policies is nobody's", { cause: message });
    refuse(object, message.replace(/^\w+\[0\](?:\.|: )?/, ""));
  }
}

/** An application on a host where a refused one has an address that cannot be read might take its requests. */
function refuseUnclear(kept: readonly ExportedObject[], { unclearHosts }: ClosedDoors, refuse: Refuse): void {
  if (unclearHosts.size === 0) return;
  for (const object of kept.filter(({ kind }) => kind === "applications")) {
    const shared = readDestinations(object.value).find(({ host }) => unclearHosts.has(host));
    if (shared) refuse(object, `a refused application has an address on ${shared.host} that cannot be read`);
  }
}

function refuseDependent(
  kept: readonly ExportedObject[],
  refused: ReadonlyMap<ExportedObject, readonly string[]>,
  refuse: Refuse,
): void {
  const bearers = new Map(
    [...refused.keys()].flatMap((object) => referencesTo(object).map((key) => [key, object])),
  );
  for (const object of kept) {
    for (const reference of findReferences(object.kind, object.value)) {
      const missing = bearers.get(keyOf(reference));
      if (missing === undefined) continue;
      const which = `the ${KINDS[missing.kind].title} ${show(nameOf(missing.value))}`;
      refuse(object, `it depends on ${which}, which is refused`);
    }
  }
}

/** What other objects may call this one. */
function referencesTo({ kind, value }: ExportedObject): readonly string[] {
  const name = textAt(value, "name");
  const names = [idOf(value) || idFromName(name), name].filter((text) => text !== "");
  return names.map((to) => keyOf({ kind, to }));
}

function keyOf({ kind, to }: Reference): string {
  return JSON.stringify([kind, to]);
}
