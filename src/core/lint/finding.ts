import type { Acknowledgements } from "../model.ts";
import type { Place } from "../place.ts";
import type { LintContext } from "./context.ts";

/** From worst to mildest: dangerous or impossible; surely not meant; untidy. */
export const LEVELS = ["error", "warning", "hint"] as const;
export type Level = (typeof LEVELS)[number];

/** An object of a policy file whose author can accept findings about it. */
export interface LintedObject {
  readonly name: string;
  readonly acknowledge: Acknowledgements;
  readonly place: Place;
}

/** One thing that a lint rule found. Reason and mend are clauses without a full stop. */
export interface Finding {
  readonly place: Place;
  readonly reason: string;
  readonly mend: string;
  /** The object whose `acknowledge` accepts it. */
  readonly object: LintedObject;
}

/** A finding, by which rule, and the reason for which its author accepts it; null where nobody did. */
export interface ReportedFinding extends Finding {
  readonly rule: string;
  readonly level: Level;
  readonly acknowledged: string | null;
}

/** One thing that lint looks for. What it reports is certain: a false alarm is worse than none. */
export interface LintRule {
  readonly name: string;
  readonly level: Level;
  /** What it looks for, in one sentence. */
  readonly summary: string;
  /** `found` is what the rules before it in the table reported. */
  check(context: LintContext, found: readonly ReportedFinding[]): readonly Finding[];
}
