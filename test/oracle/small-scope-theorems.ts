import type { Verdict } from "../../src/core/verdict.ts";
import { both, either, negate } from "./kleene.ts";
import { atomAt, atomsOf, numberOf, type Shape, type SmallScope, shapesOf } from "./small-scope.ts";

/** A truth about a whole scope: the first application and what is wrong with it, or null. */
export type ScopeTheorem = (scope: SmallScope) => string | null;

/** By name, as sentences. A set of valuations is a number with a bit for each. */
export const SCOPE_THEOREMS: Readonly<Record<string, ScopeTheorem>> = {
  "each policy is weighed by the truth table, tier by tier": (scope) => {
    const verdicts = new Map(scope.shapes.map((shape) => [shape, tabulate(scope, shape)]));
    return findFault(scope, (shapes, permitted) => permitted === weigh(scope, shapes, verdicts));
  },

  "a permit holds for every completion of what is unknown": (scope) => {
    const completions = valuationsOf(scope).map((v) => select(scope, (w) => completes(scope, v, w)));
    return findFault(scope, (_, permitted) => holdsFrom(permitted, completions));
  },

  "learning one thing more never turns a permit into a deny": (scope) => {
    const refinements = valuationsOf(scope).map((v) => select(scope, (w) => refines(scope, v, w)));
    return findFault(scope, (_, permitted) => holdsFrom(permitted, refinements));
  },

  "where no policy matches, nothing is permitted": (scope) => {
    const verdicts = new Map(scope.shapes.map((shape) => [shape, tabulate(scope, shape)]));
    return findFault(scope, (shapes, permitted) => {
      const granting = shapes.filter(({ effect }) => effect !== "deny");
      return isWithin(permitted, union(granting.map((shape) => verdicts.get(shape)?.match ?? 0)));
    });
  },

  "a Block added anywhere never permits more": (scope) =>
    findFault(scope, (shapes, permitted) =>
      shapes.every(
        ({ effect }, i) =>
          effect !== "deny" || isWithin(permitted, permittedTo(scope, shapes.toSpliced(i, 1))),
      ),
    ),

  "an Exclude or a Require added to a policy that grants never permits more": (scope) => {
    const wider = new Map(scope.shapes.map((shape) => [shape, widen(scope, shape)]));
    return findFault(scope, (shapes, permitted) =>
      shapes.every((shape, i) =>
        (wider.get(shape) ?? []).every((wide) =>
          isWithin(permitted, permittedTo(scope, shapes.with(i, wide))),
        ),
      ),
    );
  },
};

type Valuations = number;

/** The valuations under which a policy has each verdict. */
type Table = Readonly<Record<Verdict, Valuations>>;

function tabulate(scope: SmallScope, { include, require, exclude }: Shape): Table {
  const verdictAt = (v: number): Verdict => {
    const at = (bits: number) => atomsOf(bits).map((atom) => atomAt(v, atom));
    const included = at(include).reduce(either, "no_match");
    const required = at(require).reduce(both, "match");
    const excluded = at(exclude).reduce(either, "no_match");
    return both(both(included, required), negate(excluded));
  };
  const where = (verdict: Verdict) => select(scope, (v) => verdictAt(v) === verdict);
  return { match: where("match"), no_match: where("no_match"), unknown: where("unknown") };
}

/** What is to be permitted: those that reach a policy stop there by its effect and verdict, or go on. */
function weigh(scope: SmallScope, shapes: readonly Shape[], tables: ReadonlyMap<Shape, Table>): Valuations {
  let reaching = select(scope, () => true);
  let permitted = 0;
  const isFirst = ({ effect }: Shape) => effect === "bypass" || effect === "non_identity";
  for (const shape of [...shapes.filter(isFirst), ...shapes.filter((each) => !isFirst(each))]) {
    const { match = 0, no_match = 0 } = tables.get(shape) ?? {};
    if (shape.effect === "deny") reaching &= no_match;
    else {
      permitted |= reaching & match;
      reaching &= ~match;
    }
  }
  return permitted >>> 0;
}

/** The same policy with one Require or Exclude less; of a Block nothing. */
function widen({ shapes }: SmallScope, shape: Shape): Shape[] {
  if (shape.effect === "deny") return [];
  return shapes.filter(
    ({ effect, include, require, exclude }) =>
      effect === shape.effect &&
      include === shape.include &&
      atomsOf(shape.require).length + atomsOf(shape.exclude).length ===
        atomsOf(require).length + atomsOf(exclude).length + 1 &&
      isWithin(require, shape.require) &&
      isWithin(exclude, shape.exclude),
  );
}

function permittedTo({ permitted, shapes }: SmallScope, found: readonly Shape[]): Valuations {
  return permitted[found.length]?.[numberOf(found, shapes)] ?? 0;
}

/** The first application for which `isRight` is false, by its policies. */
function findFault(
  { permitted, shapes }: SmallScope,
  isRight: (shapes: readonly Shape[], permitted: Valuations) => boolean,
): string | null {
  for (const [policies, table] of permitted.entries())
    for (const [number, valuations] of table.entries()) {
      const found = shapesOf(number, policies, shapes);
      if (!isRight(found, valuations)) return JSON.stringify({ policies: found, permitted: valuations });
    }
  return null;
}

function valuationsOf({ bounds }: SmallScope): number[] {
  return Array.from({ length: 3 ** bounds.atoms }, (_, v) => v);
}

function select(scope: SmallScope, test: (valuation: number) => boolean): Valuations {
  return union(valuationsOf(scope).map((v) => (test(v) ? 1 << v : 0)));
}

function union(all: readonly Valuations[]): Valuations {
  return all.reduce((a, b) => a | b, 0) >>> 0;
}

function isWithin(part: number, whole: number): boolean {
  return (part & ~whole) === 0;
}

/** Whether with each valuation all those that follow from it are in the set. */
function holdsFrom(set: Valuations, following: readonly Valuations[]): boolean {
  return following.every((after, v) => (set & (1 << v)) === 0 || isWithin(after, set));
}

/** Whether `w` says of nothing that it is unknown, and else what `v` says. */
function completes(scope: SmallScope, v: number, w: number): boolean {
  return differences(scope, v, w).every(([was]) => was === "unknown") && !isPartial(scope, w);
}

/** Whether `w` knows one thing more than `v`. */
function refines(scope: SmallScope, v: number, w: number): boolean {
  const [first, ...more] = differences(scope, v, w);
  return more.length === 0 && first?.[0] === "unknown";
}

function differences({ bounds }: SmallScope, v: number, w: number): [Verdict, Verdict][] {
  return Array.from({ length: bounds.atoms }, (_, atom): [Verdict, Verdict] => [
    atomAt(v, atom),
    atomAt(w, atom),
  ]).filter(([was, is]) => was !== is);
}

function isPartial({ bounds }: SmallScope, v: number): boolean {
  return Array.from({ length: bounds.atoms }, (_, atom) => atomAt(v, atom)).includes("unknown");
}
