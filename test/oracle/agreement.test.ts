import { expect, test } from "bun:test";
import {
  type CompiledApplication,
  type CompiledPolicySet,
  compilePolicySet,
} from "../../src/core/compile.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { explain } from "../../src/core/explain.ts";
import type { DecisionReason } from "../../src/core/reason.ts";
import { requirements } from "../../src/core/requirements.ts";
import { findDisagreement, type Search, sameDecisions } from "./agreement.ts";
import { type Case, describeDifference, drawCases, type Evaluator, forget } from "./case.ts";
import { seededDice } from "./dice.ts";
import { SELECTORS } from "./draw-rules.ts";
import { engine, oracle } from "./engine.ts";
import { NaiveEvaluator } from "./naive-evaluator.ts";
import { printCase } from "./shrink-case.ts";
import { findTraceFault } from "./trace-agreement.ts";

const TIMEOUT_MS = 180_000;

/** What policies come to; the other reasons are those of a service that cannot ask them. */
const REASONS: readonly DecisionReason[] = [
  "policy_allowed",
  "policy_bypassed",
  "service_authorized",
  "policy_blocked",
  "block_undecided",
  "undecided",
  "no_policy_matched",
  "login_required",
  "idp_not_allowed",
];

/** A disagreement as text, to be read where a test fails. */
function report(left: Evaluator, right: Evaluator, search: Search): string | null {
  const found = findDisagreement(left, right, search);
  return found && `${found.difference}\n${printCase(found.smallest)}`;
}

interface World {
  readonly compiled: CompiledPolicySet;
  readonly cases: readonly Case[];
}

function drawWorlds(seed: number, policySets: number): World[] {
  const dice = seededDice(seed);
  return Array.from({ length: policySets }, () => {
    const { set, cases } = drawCases(dice, 4, "straight");
    return { compiled: compilePolicySet(set), cases };
  });
}

function findCompiled({ applications }: CompiledPolicySet, { application }: Case): CompiledApplication {
  const found = applications.get(application.id);
  if (found === undefined) throw new Error("the engine lost an application");
  return found;
}

test(
  "the engine and the naive evaluator agree on 200,000 requests",
  () => {
    expect(report(engine, oracle, sameDecisions(1, 200_000))).toBeNull();
  },
  TIMEOUT_MS,
);

test(
  "the drawn requests come to every reason, and every selector to every verdict",
  () => {
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    const drawn = drawWorlds(2, 1_000).flatMap(({ cases }) => cases);
    for (const { set, application, facts, now } of drawn) {
      const naive = new NaiveEvaluator(set, facts, now);
      count(naive.decide(application).reason);
      for (const { include, require, exclude } of application.policies)
        for (const rule of [...include, ...require, ...exclude])
          count(`${rule.selector} ${naive.verdictOfRule(rule, "second", [])}`);
    }
    const verdicts = SELECTORS.flatMap((selector) =>
      (selector === "everyone" ? ["match"] : ["match", "no_match", "unknown"]).map(
        (verdict) => `${selector} ${verdict}`,
      ),
    );
    const expected = [...REASONS, ...verdicts];
    expect(expected.filter((what) => (seen.get(what) ?? 0) < 20)).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  "an explanation comes to the decision, and judges each policy and rule as the naive evaluator does",
  () => {
    for (const { compiled, cases } of drawWorlds(3, 1_500))
      for (const each of cases) {
        const trace = explain(findCompiled(compiled, each), each.facts, each.now);
        const fault = findTraceFault(trace, each);
        if (fault !== null) throw new Error(`${fault}\n${printCase(each)}`);
      }
  },
  TIMEOUT_MS,
);

test(
  "facts that an application does not require decide nothing",
  () => {
    for (const { compiled, cases } of drawWorlds(4, 1_500))
      for (const each of cases) {
        const application = findCompiled(compiled, each);
        const wanted = new Set<string>(requirements(application));
        const idle = Object.keys(each.facts).filter((name) => !wanted.has(name));
        const decision = evaluate(application, each.facts, each.now);
        const fewer = evaluate(application, idle.reduce(forget, each.facts), each.now);
        const difference = describeDifference(decision, fewer);
        if (difference !== null) throw new Error(`${difference}\n${printCase(each)}`);
      }
  },
  TIMEOUT_MS,
);

/** Groups in circles pass no loader. Should they reach the engine, it may know less of them, never grant more. */
test(
  "groups that contain themselves permit nothing that the naive evaluator denies",
  () => {
    const search: Search = {
      seed: 5,
      count: 50_000,
      nesting: "circular",
      compare: (ours, naive) =>
        ours.outcome === "permit" && naive.outcome === "deny" ? describeDifference(ours, naive) : null,
    };
    expect(report(engine, oracle, search)).toBeNull();
  },
  TIMEOUT_MS,
);
