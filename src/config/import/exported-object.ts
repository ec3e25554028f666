import type { Place } from "../../core/place.ts";
import type { Section } from "../policies/schema.ts";
import { type Plain, textAt } from "./plain.ts";

/** An object of an export, in the spelling of Cloudflare's API. */
export interface ExportedObject {
  readonly kind: Section;
  readonly value: Plain;
  /** Where it was written; a Place of its own, by which the faults of the object are known. */
  readonly place: Place;
  /** Why it cannot be taken, as far as its spelling shows. */
  readonly problems: readonly string[];
  /** Keys that were left out as they are no part of the object: secrets, and what only Terraform knows. */
  readonly leftOut: readonly string[];
}

/** What an object is called: its name, else its id. */
export function nameOf(value: Plain): string {
  return textAt(value, "name") || idOf(value);
}

export function idOf(value: Plain): string {
  return textAt(value, "id") || textAt(value, "uid");
}
