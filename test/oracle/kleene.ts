import type { Verdict } from "../../src/core/verdict.ts";

/** Kleene's three-valued logic, as truth tables. */
export function negate(a: Verdict): Verdict {
  if (a === "unknown") return "unknown";
  return a === "match" ? "no_match" : "match";
}

export function either(a: Verdict, b: Verdict): Verdict {
  if (a === "match" || b === "match") return "match";
  return a === "unknown" || b === "unknown" ? "unknown" : "no_match";
}

export function both(a: Verdict, b: Verdict): Verdict {
  if (a === "no_match" || b === "no_match") return "no_match";
  return a === "unknown" || b === "unknown" ? "unknown" : "match";
}

/**
 * The verdicts that a rule, a list or a policy can still come to. Commonly it is one; a rule that a login
 * would settle has two, and they multiply through the tables.
 */
export type Outcomes = ReadonlySet<Verdict>;

export const only: Readonly<Record<Verdict, Outcomes>> = {
  match: new Set(["match"]),
  no_match: new Set(["no_match"]),
  unknown: new Set(["unknown"]),
};

/** Either of the two definite verdicts. */
export const open: Outcomes = new Set(["match", "no_match"]);

/** A truth table applied to each pair of what may be. */
export function combine(table: (a: Verdict, b: Verdict) => Verdict, a: Outcomes, b: Outcomes): Outcomes {
  const possible = new Set<Verdict>();
  for (const x of a) for (const y of b) possible.add(table(x, y));
  return possible;
}
