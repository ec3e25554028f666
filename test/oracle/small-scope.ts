import type { AssertedPosture } from "../../src/core/attribute.ts";
import type { Fact, Facts } from "../../src/core/fact.ts";
import type { Application, Effect, Rule } from "../../src/core/model.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { makeApplication, makePolicy, makePolicySet, makePostureRule, place } from "./blank.ts";
import type { Evaluator } from "./case.ts";
import { NOW } from "./draw-facts.ts";

const EFFECTS: readonly Effect[] = ["allow", "deny", "bypass", "non_identity"];

/** A policy by the atoms in its lists, one bit each. An atom is a rule that is match, no match or unknown. */
export interface Shape {
  readonly effect: Effect;
  readonly include: number;
  readonly require: number;
  readonly exclude: number;
}

export interface ScopeBounds {
  readonly atoms: number;
  /** Rules in the three lists of a policy together. */
  readonly maxRules: number;
  readonly policies: number;
}

/**
 * Every application of up to so many policies, each asked under every valuation of the atoms. A set of valuations
 * is a number with a bit for each: digit `a` of the valuation, to base three, says what atom `a` is.
 */
export interface SmallScope {
  readonly bounds: ScopeBounds;
  readonly shapes: readonly Shape[];
  /** The valuations that are permitted, by number of policies and then by the application's number. */
  readonly permitted: readonly Uint32Array[];
  readonly decisions: number;
}

/** What the digits of a valuation say. */
const DIGITS: readonly Verdict[] = ["no_match", "match", "unknown"];

/** Applications that are compiled together. */
const BATCH = 4_096;

/** Puts the whole scope to an evaluator; `arrange` says how the rules of a list are written down. */
export function exploreScope(
  evaluator: Evaluator,
  bounds: ScopeBounds,
  arrange: (rules: Rule[]) => Rule[] = (rules) => rules,
): SmallScope {
  const shapes = listShapes(bounds);
  const valuations = Array.from({ length: 3 ** bounds.atoms }, (_, v) => factsOf(v, bounds.atoms));
  const postureRules = Array.from({ length: bounds.atoms }, (_, atom) =>
    makePostureRule(`atom-${atom}`, { type: "warp" }),
  );
  const permitted: Uint32Array[] = [];
  for (let policies = 0; policies <= bounds.policies; policies++) {
    const table = new Uint32Array(shapes.length ** policies);
    for (let from = 0; from < table.length; from += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, table.length - from) }, (_, i) => from + i);
      const applications = numbers.map((number) => toApplication(number, policies, shapes, arrange));
      const decide = evaluator(makePolicySet(applications, { postureRules }));
      for (const [i, application] of applications.entries())
        for (const [v, facts] of valuations.entries())
          if (decide(application, facts, NOW).outcome === "permit")
            table[from + i] = ((table[from + i] ?? 0) | (1 << v)) >>> 0;
    }
    permitted.push(table);
  }
  const decisions = permitted.reduce((sum, table) => sum + table.length, 0) * valuations.length;
  return { bounds, shapes, permitted, decisions };
}

function listShapes({ atoms, maxRules }: ScopeBounds): Shape[] {
  const lists = Array.from({ length: 1 << atoms }, (_, bits) => bits);
  const shapes: Shape[] = [];
  for (const effect of EFFECTS)
    for (const include of lists.slice(1))
      for (const require of lists)
        for (const exclude of lists)
          if (countBits(include) + countBits(require) + countBits(exclude) <= maxRules)
            shapes.push({ effect, include, require, exclude });
  return shapes;
}

/** The policies of an application: the digits of its number, the last policy the lowest digit. */
export function shapesOf(number: number, policies: number, shapes: readonly Shape[]): Shape[] {
  const found: Shape[] = [];
  for (let rest = number; found.length < policies; rest = Math.floor(rest / shapes.length)) {
    const shape = shapes[rest % shapes.length];
    if (shape !== undefined) found.unshift(shape);
  }
  return found;
}

/** The inverse of `shapesOf`. */
export function numberOf(found: readonly Shape[], shapes: readonly Shape[]): number {
  return found.reduce((number, shape) => number * shapes.length + shapes.indexOf(shape), 0);
}

export function atomsOf(bits: number): number[] {
  return [0, 1, 2].filter((atom) => bits & (1 << atom));
}

function countBits(bits: number): number {
  return atomsOf(bits).length;
}

/** What an atom is under a valuation. */
export function atomAt(valuation: number, atom: number): Verdict {
  return DIGITS[Math.floor(valuation / 3 ** atom) % 3] ?? "unknown";
}

function factsOf(valuation: number, atoms: number): Facts {
  const times = { source: "scope", learntAt: NOW, expiresAt: Number.POSITIVE_INFINITY };
  const facts: Facts = {
    "identity.subject": { state: "known", value: "ann", complete: true, ...times },
    "device.id": { state: "known", value: "laptop-1", complete: true, ...times },
  };
  for (let atom = 0; atom < atoms; atom++) {
    const verdict = atomAt(valuation, atom);
    const fact: Fact<AssertedPosture> =
      verdict === "unknown"
        ? { state: "unknown", why: "timeout", source: "scope" }
        : { state: "known", value: { success: verdict === "match" }, complete: true, ...times };
    Object.assign(facts, { [`device.asserted_posture:atom-${atom}`]: fact });
  }
  return facts;
}

function toApplication(
  number: number,
  policies: number,
  shapes: readonly Shape[],
  arrange: (rules: Rule[]) => Rule[],
): Application {
  const id = `application-${number}`;
  const rules = (bits: number) =>
    arrange(atomsOf(bits).map((atom) => ({ selector: "device_posture", posture: `atom-${atom}`, place })));
  const toPolicy = ({ effect, include, require, exclude }: Shape, i: number) =>
    makePolicy(`${id}-${i}`, effect, {
      include: rules(include),
      require: rules(require),
      exclude: rules(exclude),
    });
  return makeApplication(id, shapesOf(number, policies, shapes).map(toPolicy));
}
