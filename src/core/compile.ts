import type { FactName } from "./attribute.ts";
import { findCircularGroups } from "./circular-groups.ts";
import type { Decision } from "./decision.ts";
import type { Application, Policy, PolicySet, Rule } from "./model.ts";
import { type Names, namesOf } from "./names.ts";
import { compilePostureRule } from "./posture/posture.ts";
import type { DecisionReason } from "./reason.ts";
import { remember } from "./remember.ts";
import { compileRuleIndex, type NumberedLists, type RuleIndex } from "./rule-index.ts";
import { type CompiledLists, type CompiledRule, compileLists } from "./rule-lists.ts";
import { labelOf } from "./selectors/label.ts";
import { alone, asking, type Matcher } from "./selectors/matcher.ts";
import { createProviderFacets } from "./selectors/provider-facets.ts";
import { compileRule, type Scope, UNSUPPORTED } from "./selectors/table.ts";
import type { TurnsAt } from "./turn.ts";

/** A policy with its lists compiled and its answers made beforehand. */
export type CompiledPolicy = Granting | Blocking;

/** A policy, its place among the application's (from 0), and its lists. */
interface NumberedPolicy extends NumberedLists {
  readonly policy: Policy;
}

/** Allow, Bypass or Service Auth. */
export interface Granting extends NumberedPolicy {
  readonly permits: Decision;
}

export interface Blocking extends NumberedPolicy {
  readonly permits: null;
  readonly matched: Denials;
  readonly undecided: Denials;
}

/** The same denial, with and without something unknown behind it. */
export type Denials = { readonly [cause in Decision["cause"]]: Decision };

export interface CompiledApplication {
  readonly application: Application;
  /** Bypass and Service Auth, in order: judged first, without a person. */
  readonly firstTier: readonly Granting[];
  /** Allow and Block, in order. */
  readonly secondTier: readonly CompiledPolicy[];
  /** What the policies of both tiers ask. */
  readonly index: RuleIndex;
  /** Null where every login method will do. */
  readonly allowedIdps: ReadonlySet<string> | null;
  /** Names of the facts that can matter. */
  readonly requirements: readonly FactName[];
  /** When a decision may be another one by the same facts, though none of them has expired. */
  readonly turns: readonly TurnsAt[];
}

export interface CompiledPolicySet {
  readonly revision: string;
  readonly set: PolicySet;
  /** By id. */
  readonly applications: ReadonlyMap<string, CompiledApplication>;
}

/** Turns a policy set into the form that decides. Whatever it refers to and lacks is never a match. */
export function compilePolicySet(set: PolicySet): CompiledPolicySet {
  const steps = compileStepwise(set);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same, an application at a time: whoever has others to answer may do so in between. */
export function* compileStepwise(set: PolicySet): Generator<void, CompiledPolicySet, void> {
  const names = namesOf(set);
  const withPerson = ruleCompiler(set, names, true);
  const withoutPerson = ruleCompiler(set, names, false);
  const applications = new Map<string, CompiledApplication>();
  for (const application of set.applications) {
    const firstTier: Granting[] = [];
    const secondTier: CompiledPolicy[] = [];
    for (const [number, policy] of application.policies.entries()) {
      const { effect } = policy;
      const compileWith = (compile: typeof withPerson) => ({
        policy,
        number,
        lists: compileLists(policy, compile),
      });
      if (effect === "deny") secondTier.push(compileBlock(compileWith(withPerson)));
      else if (effect === "allow") secondTier.push(compileGrant(compileWith(withPerson), effect));
      else firstTier.push(compileGrant(compileWith(withoutPerson), effect));
    }
    const policies = [...firstTier, ...secondTier];
    const compiled: CompiledApplication = {
      application,
      firstTier,
      secondTier,
      index: compileRuleIndex(policies),
      allowedIdps: application.allowedIdps.length === 0 ? null : new Set(application.allowedIdps),
      requirements: requirementsOf(application, policies),
      turns: [...new Set(policies.flatMap(({ lists }) => lists.turns))],
    };
    applications.set(application.id, compiled);
    yield;
  }
  return { revision: set.revision, set, applications };
}

const PERMIT_REASONS = {
  allow: "policy_allowed",
  bypass: "policy_bypassed",
  non_identity: "service_authorized",
} as const;

function compileGrant(numbered: NumberedPolicy, effect: keyof typeof PERMIT_REASONS): Granting {
  const { policy } = numbered;
  const reason = PERMIT_REASONS[effect];
  return {
    ...numbered,
    permits: Object.freeze({ outcome: "permit", reason, policy, effect, cause: "known" }),
  };
}

function compileBlock(numbered: NumberedPolicy): Blocking {
  const { policy } = numbered;
  return {
    ...numbered,
    permits: null,
    matched: denials("policy_blocked", policy),
    undecided: denials("block_undecided", policy),
  };
}

/** A denial for `reason`, by `policy` or by none. */
export function denials(reason: DecisionReason, policy: Policy | null): Denials {
  const denial = (cause: Decision["cause"]): Decision =>
    Object.freeze({ outcome: "deny", reason, policy, effect: policy?.effect ?? null, cause });
  return { known: denial("known"), unknown: denial("unknown") };
}

function requirementsOf(application: Application, policies: readonly CompiledPolicy[]): FactName[] {
  const names = new Set(policies.flatMap(({ lists }) => lists.facts));
  if (policies.some(({ policy }) => policy.effect === "allow")) {
    names.add("identity.subject");
    if (application.allowedIdps.length > 0) names.add("identity.login_method");
  }
  return [...names];
}

/** Compiles rules of `set`; lists, posture rules and groups are compiled once each. */
function ruleCompiler(set: PolicySet, names: Names, personCounts: boolean): (rule: Rule) => CompiledRule {
  const groups = new Map(set.groups.map((group) => [group.id, group]));
  const lists = new Map(set.lists.map((list) => [list.id, list]));
  const clientIds = new Map(set.serviceTokens.map(({ id, clientId }) => [id, clientId]));
  const postures = new Map(set.postureRules.map((rule) => [rule.id, rule]));
  const compiledLists = new Map<string, Matcher>();
  const compiledPostures = new Map<string, Matcher>();
  const compiledGroups = new Map<string, CompiledLists>();
  const circular = findCircularGroups(set.groups);

  const scope: Scope = {
    providers: createProviderFacets(set.identityProviders),
    list(rule, facet, keyOf) {
      const list = lists.get(rule.list);
      if (list === undefined) return null;
      return remember(compiledLists, JSON.stringify([rule.selector, rule.list]), () => {
        const keys = list.values.map(keyOf);
        return keys.every((key) => key !== null) ? asking(facet, keys) : UNSUPPORTED;
      });
    },
    posture(id) {
      const rule = postures.get(id);
      if (rule === undefined) return null;
      return remember(compiledPostures, id, () => {
        const { facts, judge, turnsAt } = compilePostureRule(rule, lists);
        return alone(facts, judge, turnsAt);
      });
    },
    clientId: (id) => clientIds.get(id) ?? null,
  };

  /** Null for a group that does not exist, or that holds itself. */
  function compileGroup(id: string): CompiledLists | null {
    const group = groups.get(id);
    if (group === undefined || circular.has(id)) return null;
    return remember(compiledGroups, id, () => compileLists(group, compile));
  }

  function compile(rule: Rule): CompiledRule {
    const label = labelOf(rule, names);
    const group = rule.selector === "group" ? compileGroup(rule.group) : null;
    if (group !== null) return { rule, label, matcher: null, group };
    return { rule, label, matcher: compileRule(rule, scope, personCounts), group };
  }

  return compile;
}
