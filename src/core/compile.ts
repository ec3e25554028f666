import type { FactName } from "./attribute.ts";
import { findCircularGroups } from "./circular-groups.ts";
import type { Decision } from "./decision.ts";
import type { Application, Policy, PolicySet, Rule } from "./model.ts";
import { type Names, namesOf } from "./names.ts";
import { compilePostureRule } from "./posture/posture.ts";
import type { DecisionReason } from "./reason.ts";
import { type CompiledLists, type CompiledRule, compileLists } from "./rule-lists.ts";
import { labelOf } from "./selectors/label.ts";
import { alone, boundToOthers, type Family, type Matcher } from "./selectors/matcher.ts";
import { findForeignIdps } from "./selectors/provider-types.ts";
import { compileRule, type Scope, UNSUPPORTED } from "./selectors/table.ts";

/** A policy with its lists compiled and its answers made beforehand. */
export type CompiledPolicy = Granting | Blocking;

/** Allow, Bypass or Service Auth. */
export interface Granting {
  readonly policy: Policy;
  readonly lists: CompiledLists;
  readonly permits: Decision;
}

export interface Blocking {
  readonly policy: Policy;
  readonly lists: CompiledLists;
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
  /** Null where every login method will do. */
  readonly allowedIdps: ReadonlySet<string> | null;
  /** Names of the facts that can matter. */
  readonly requirements: readonly FactName[];
}

export interface CompiledPolicySet {
  readonly revision: string;
  readonly set: PolicySet;
  /** By id. */
  readonly applications: ReadonlyMap<string, CompiledApplication>;
}

/** Turns a policy set into the form that decides. Whatever it refers to and lacks is never a match. */
export function compilePolicySet(set: PolicySet): CompiledPolicySet {
  const names = namesOf(set);
  const withPerson = ruleCompiler(set, names, true);
  const withoutPerson = ruleCompiler(set, names, false);
  const applications = set.applications.map((application) => {
    const firstTier: Granting[] = [];
    const secondTier: CompiledPolicy[] = [];
    for (const policy of application.policies) {
      const { effect } = policy;
      if (effect === "deny") secondTier.push(compileBlock(policy, compileLists(policy, withPerson)));
      else if (effect === "allow")
        secondTier.push(compileGrant(policy, effect, compileLists(policy, withPerson)));
      else firstTier.push(compileGrant(policy, effect, compileLists(policy, withoutPerson)));
    }
    const compiled: CompiledApplication = {
      application,
      firstTier,
      secondTier,
      allowedIdps: application.allowedIdps.length === 0 ? null : new Set(application.allowedIdps),
      requirements: requirementsOf(application, [...firstTier, ...secondTier]),
    };
    return [application.id, compiled] as const;
  });
  return { revision: set.revision, set, applications: new Map(applications) };
}

const PERMIT_REASONS = {
  allow: "policy_allowed",
  bypass: "policy_bypassed",
  non_identity: "service_authorized",
} as const;

function compileGrant(policy: Policy, effect: keyof typeof PERMIT_REASONS, lists: CompiledLists): Granting {
  const reason = PERMIT_REASONS[effect];
  return {
    policy,
    lists,
    permits: Object.freeze({ outcome: "permit", reason, policy, effect, cause: "known" }),
  };
}

function compileBlock(policy: Policy, lists: CompiledLists): Blocking {
  return {
    policy,
    lists,
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
  const families = new Map<string, Family>();
  const compiledLists = new Map<string, Matcher>();
  const compiledPostures = new Map<string, Matcher>();
  const compiledGroups = new Map<string, CompiledLists>();
  const circular = findCircularGroups(set.groups);

  const scope: Scope = {
    family: (selector, idp, make) =>
      remember(families, JSON.stringify([selector, idp]), () =>
        idp === null
          ? boundToOthers(make(null), findForeignIdps(selector, set.identityProviders))
          : make(idp),
      ),
    list(rule, family, keyOf) {
      const list = lists.get(rule.list);
      if (list === undefined) return null;
      return remember(compiledLists, JSON.stringify([rule.selector, rule.list]), () => {
        const keys = list.values.map(keyOf);
        return keys.every((key) => key !== null) ? alone(family.facts, family.compile(keys)) : UNSUPPORTED;
      });
    },
    posture(id) {
      const rule = postures.get(id);
      if (rule === undefined) return null;
      return remember(compiledPostures, id, () => {
        const { facts, judge } = compilePostureRule(rule, lists);
        return alone(facts, judge);
      });
    },
    group(id) {
      const compiled = compileGroup(id);
      if (compiled === null) return null;
      return { facts: compiled.facts, judge: compiled.judge, member: null, possible: compiled.possible };
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
    const matcher = compileRule(rule, scope, personCounts);
    const group = rule.selector === "group" ? (compiledGroups.get(rule.group) ?? null) : null;
    return { rule, label: labelOf(rule, names), matcher, group };
  }

  return compile;
}

function remember<T>(made: Map<string, T>, key: string, make: () => T): T {
  const known = made.get(key);
  if (known !== undefined) return known;
  const value = make();
  made.set(key, value);
  return value;
}
