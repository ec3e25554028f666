import type { ListsTrace, PolicyTrace, RuleTrace, Trace } from "./decision.ts";
import type { Effect } from "./model.ts";
import type { UnknownReason } from "./reason.ts";
import type { Verdict } from "./verdict.ts";

/** What a rule is about: the first part of the names of its facts. */
export type About = "identity" | "device" | "network" | "credential" | "other";

/** How one rule of a policy came out, as it is told to people. */
export interface Check {
  readonly list: "include" | "require" | "exclude";
  /** What the rule asks for, in a few words. */
  readonly label: string;
  readonly about: About;
  readonly verdict: Verdict;
  /** Why it is unknown; null where it is not. */
  readonly why: UnknownReason | null;
  /** Whether it kept the policy from matching. */
  readonly isObstacle: boolean;
}

/** The checks of a policy that was reached. */
export interface PolicyChecks {
  readonly policy: string;
  readonly effect: Effect;
  /** Whether it is the policy that decided. */
  readonly decided: boolean;
  /** A demand beside its own rules that kept it from matching; null for none. */
  readonly withheld: Reached["withheld"];
  readonly checks: readonly Check[];
}

type Reached = Extract<PolicyTrace, { reached: true }>;

const ABOUTS: readonly About[] = ["identity", "device", "network", "credential"];

/** The checks on the way to a decision, in order of execution. */
export function listChecks({ decision, policies }: Trace): readonly PolicyChecks[] {
  return policies.filter(isReached).map(({ policy, withheld, lists }) => ({
    policy: policy.name,
    effect: policy.effect,
    decided: policy === decision.policy,
    withheld,
    checks: [...checksOf(lists)],
  }));
}

function isReached(trace: PolicyTrace): trace is Reached {
  return trace.reached;
}

function* checksOf({ include, require, exclude }: ListsTrace): Generator<Check> {
  // One that matches is enough, and then the others kept nobody out.
  const isIncluded = include.some(({ verdict }) => verdict === "match");
  for (const rule of include) yield toCheck("include", rule, !isIncluded);
  for (const rule of require) yield toCheck("require", rule, rule.verdict !== "match");
  for (const rule of exclude) yield toCheck("exclude", rule, rule.verdict !== "no_match");
}

function toCheck(list: Check["list"], rule: RuleTrace, isObstacle: boolean): Check {
  const { label, verdict, why } = rule;
  return { list, label, about: aboutOf(rule), verdict, why, isObstacle };
}

function aboutOf(rule: RuleTrace): About {
  const names = namesOf(rule);
  return ABOUTS.find((about) => names.some((name) => name.startsWith(`${about}.`))) ?? "other";
}

function namesOf({ facts, lists }: RuleTrace): readonly string[] {
  if (lists === null) return facts.map(({ name }) => name);
  return [...lists.include, ...lists.require, ...lists.exclude].flatMap(namesOf);
}
