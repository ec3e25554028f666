import type { ListsTrace, RuleTrace, Trace } from "../../src/core/decision.ts";
import type { Rule, RuleLists } from "../../src/core/model.ts";
import { type Case, describeDifference } from "./case.ts";
import { NaiveEvaluator, type Tier } from "./naive-evaluator.ts";

/** Where a trace says something else than the naive evaluator, policy by policy and rule by rule. */
export function findTraceFault(trace: Trace, { set, application, facts, now }: Case): string | null {
  const naive = new NaiveEvaluator(set, facts, now);
  const decision = naive.decide(application);
  const difference = describeDifference(trace.decision, decision);
  if (difference !== null) return difference;
  let isOver = false;
  const order = naive.order(application.policies);
  if (trace.policies.length !== order.length) return "policies are left out of the trace";
  for (const [i, policy] of order.entries()) {
    const traced = trace.policies[i];
    if (traced?.policy.id !== policy.id) return `${policy.id} is not where it is executed`;
    if (traced.reached === isOver) return `${policy.id} is${isOver ? "" : " not"} reached`;
    if (!traced.reached) continue;
    const verdict = naive.verdictOfPolicy(policy, application);
    if (traced.verdict !== verdict) return `${policy.id} is ${verdict}, not ${traced.verdict}`;
    const fault = findListsFault(traced.lists, policy, naive, naive.tierOf(policy), []);
    if (fault !== null) return `${policy.id}: ${fault}`;
    isOver = policy.effect === "deny" ? naive.isBlocked(verdict) : verdict === "match";
  }
  return null;
}

function findListsFault(
  traced: ListsTrace,
  lists: RuleLists,
  naive: NaiveEvaluator,
  tier: Tier,
  inside: readonly string[],
): string | null {
  for (const name of ["include", "require", "exclude"] as const) {
    if (traced[name].length !== lists[name].length) return `${name} lacks rules`;
    for (const [i, rule] of lists[name].entries()) {
      const fault = findRuleFault(traced[name][i], rule, naive, tier, inside);
      if (fault !== null) return `${name} ${i}: ${fault}`;
    }
  }
  return null;
}

function findRuleFault(
  traced: RuleTrace | undefined,
  rule: Rule,
  naive: NaiveEvaluator,
  tier: Tier,
  inside: readonly string[],
): string | null {
  const verdict = naive.verdictOfRule(rule, tier, inside);
  if (traced?.rule.selector !== rule.selector) return `${rule.selector} is not there`;
  if (traced.verdict !== verdict) return `${rule.selector} is ${verdict}, not ${traced.verdict}`;
  if ((verdict === "unknown") !== (traced.why !== null)) return `${rule.selector} gives the wrong why`;
  const group = rule.selector === "group" && naive.set.groups.find(({ id }) => id === rule.group);
  if (!group || traced.lists === null) return null;
  return findListsFault(traced.lists, group, naive, tier, [...inside, group.id]);
}
