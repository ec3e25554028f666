import type { ListsTrace, PolicyTrace, RuleTrace, Trace } from "../core/decision.ts";
import { describeFact } from "../observe/describe-fact.ts";

/** A trace for scripts (`--json`); `now` is the moment of the decision, milliseconds since the epoch. */
export function traceToJson({ application, decision, policies }: Trace, now: number) {
  return {
    application: application.name,
    application_id: application.id,
    decision: decision.outcome,
    reason: decision.reason,
    cause: decision.cause,
    effect: decision.effect,
    policy: decision.policy?.name ?? null,
    policy_id: decision.policy?.id ?? null,
    policies: policies.map((policy) => policyToJson(policy, now)),
  };
}

export type TraceJson = ReturnType<typeof traceToJson>;

function policyToJson(trace: PolicyTrace, now: number) {
  const { id, name, effect } = trace.policy;
  const head = { policy: name, policy_id: id, effect };
  if (!trace.reached) return { ...head, reached: false };
  const { verdict, withheld, lists } = trace;
  return { ...head, reached: true, verdict, withheld, ...listsToJson(lists, now) };
}

interface RuleJson {
  readonly selector: string;
  readonly label: string;
  readonly verdict: string;
  readonly why: string | null;
  readonly facts: readonly ReturnType<typeof describeFact>[];
  /** Of a group. */
  readonly rules?: ListsJson;
}

interface ListsJson {
  readonly include: readonly RuleJson[];
  readonly require: readonly RuleJson[];
  readonly exclude: readonly RuleJson[];
}

function listsToJson({ include, require, exclude }: ListsTrace, now: number): ListsJson {
  const toJson = (rule: RuleTrace) => ruleToJson(rule, now);
  return { include: include.map(toJson), require: require.map(toJson), exclude: exclude.map(toJson) };
}

function ruleToJson({ rule, label, verdict, why, facts, lists }: RuleTrace, now: number): RuleJson {
  return {
    selector: rule.selector,
    label,
    verdict,
    why,
    facts: facts.map(({ name, fact }) => describeFact(name, fact, now)),
    ...(lists === null ? {} : { rules: listsToJson(lists, now) }),
  };
}
