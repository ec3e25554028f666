import type { FactName } from "./attribute.ts";
import type { CompiledApplication, CompiledPolicy } from "./compile.ts";
import type { ListsTrace, PolicyTrace, RuleTrace, Trace } from "./decision.ts";
import { decide, judgeAdmission } from "./evaluate.ts";
import { current, type Facts } from "./fact.ts";
import type { CompiledLists, CompiledRule } from "./rule-lists.ts";
import { type Judgement, MATCH, NO_MATCH, type Verdict } from "./verdict.ts";

/** The decision that `evaluate` makes on the same facts, with every rule that was judged on the way to it. */
export function explain(application: CompiledApplication, facts: Facts, now: number): Trace {
  const traces = new Map<CompiledPolicy, PolicyTrace>();
  const verdictOf = (policy: CompiledPolicy): Verdict => {
    const lists = traceLists(policy.lists, facts, now);
    const rules = judgeLists(lists);
    const { verdict, withheld } = withAdmission(policy, rules, application, facts, now);
    traces.set(policy, { policy: policy.policy, reached: true, verdict, withheld, lists });
    return rules.verdict;
  };
  const decision = decide(application, { verdictOf }, facts, now);
  const policies = [...application.firstTier, ...application.secondTier].map(
    (policy): PolicyTrace => traces.get(policy) ?? { policy: policy.policy, reached: false },
  );
  return { application: application.application, decision, policies };
}

type Reached = Extract<PolicyTrace, { reached: true }>;

function withAdmission(
  { policy }: CompiledPolicy,
  rules: Judgement,
  application: CompiledApplication,
  facts: Facts,
  now: number,
): Pick<Reached, "verdict" | "withheld"> {
  if (policy.effect !== "allow" || rules.verdict === "no_match")
    return { verdict: rules.verdict, withheld: null };
  const admission = judgeAdmission(application, facts, now);
  if (admission === MATCH) return { verdict: rules.verdict, withheld: null };
  if (admission === NO_MATCH) return { verdict: "no_match", withheld: "idp_not_allowed" };
  const person = current(facts["identity.subject"], now).state === "known";
  return { verdict: "unknown", withheld: person ? "idp_unknown" : "no_person" };
}

function traceLists(lists: CompiledLists, facts: Facts, now: number): ListsTrace {
  const trace = (rule: CompiledRule) => traceRule(rule, facts, now);
  return {
    include: lists.include.map(trace),
    require: lists.require.map(trace),
    exclude: lists.exclude.map(trace),
  };
}

function traceRule({ rule, label, matcher, group }: CompiledRule, facts: Facts, now: number): RuleTrace {
  if (group !== null) {
    const lists = traceLists(group, facts, now);
    const { verdict, why } = judgeLists(lists);
    return { rule, label, verdict, why, facts: [], lists };
  }
  const { verdict, why } = matcher.judge(facts, now);
  return { rule, label, verdict, why, facts: usedFacts(matcher.facts, facts, now), lists: null };
}

function usedFacts(names: readonly FactName[], facts: Facts, now: number): RuleTrace["facts"] {
  return names.map((name) => ({ name, fact: current<unknown>(facts[name], now) }));
}

/** Any include, all require, no exclude, over verdicts that were recorded rule by rule. */
function judgeLists({ include, require, exclude }: ListsTrace): Judgement {
  const is = (verdict: RuleTrace["verdict"]) => (rule: RuleTrace) => rule.verdict === verdict;
  if (!include.some((rule) => rule.verdict !== "no_match")) return NO_MATCH;
  if (require.some(is("no_match")) || exclude.some(is("match"))) return NO_MATCH;
  const included = include.some(is("match")) ? [] : include.filter(is("unknown"));
  const open = [...included, ...require.filter(is("unknown")), ...exclude.filter(is("unknown"))];
  const why = open[0]?.why ?? null;
  return why === null ? MATCH : { verdict: "unknown", why };
}
