import type { Application, Group, Policy, PolicySet, Rule, RuleLists } from "../model.ts";
import { namesOf } from "../names.ts";
import { labelOf } from "../selectors/label.ts";
import { matchEveryone } from "./analysis/demand.ts";
import {
  allRules,
  type FindGroup,
  indexGroups,
  type WrittenOutRule,
  writeOut,
} from "./analysis/group-index.ts";
import { createImplication, type Implies } from "./analysis/implication.ts";
import { createReach, type Reach } from "./analysis/reach.ts";
import type { ProvidedAttributes } from "./provided-attributes.ts";

/** A policy in an application. */
export interface Placement {
  readonly application: Application;
  readonly policy: Policy;
  /** In order of execution. */
  readonly before: readonly Policy[];
  readonly after: readonly Policy[];
}

/** A policy set, and what several lint rules ask of it, worked out once. */
export interface LintContext {
  readonly set: PolicySet;
  readonly provided: ProvidedAttributes | null;
  /** Every policy once: the reusable ones, and those that applications hold. */
  readonly policies: readonly Policy[];
  /** Every policy in every application. */
  readonly placements: readonly Placement[];
  /** All rules of the policies, those of their groups too. */
  readonly usedRules: readonly Rule[];
  readonly findGroup: FindGroup;
  writeOut(rule: Rule): readonly WrittenOutRule[];
  /** What a rule asks for, in a few words. */
  label(rule: Rule): string;
  readonly reach: Reach;
  /** The reach in Bypass and Service Auth, which never ask who it is. */
  readonly reachWithoutPerson: Reach;
  readonly implies: Implies;
  matchesEveryone(lists: RuleLists): boolean;
  /** Everything that has rules. */
  readonly holders: readonly (Policy | Group)[];
}

export function createContext(set: PolicySet, provided: ProvidedAttributes | null): LintContext {
  const names = namesOf(set);
  const findGroup = indexGroups(set.groups);
  const tokens = new Set(set.serviceTokens.map(({ id }) => id));
  const hasToken = (id: string) => tokens.has(id);
  const policies = [...new Set([...set.policies, ...set.applications.flatMap((each) => each.policies)])];
  const usedRules = policies.flatMap(allRules).flatMap((rule) => writeOut(rule, findGroup));
  return {
    set,
    provided,
    policies,
    placements: set.applications.flatMap(placePolicies),
    usedRules: usedRules.map(({ rule }) => rule),
    findGroup,
    writeOut: (rule) => writeOut(rule, findGroup),
    label: (rule) => labelOf(rule, names),
    reach: createReach(findGroup, hasToken, true),
    reachWithoutPerson: createReach(findGroup, hasToken, false),
    implies: createImplication(findGroup, hasToken),
    matchesEveryone: (lists) => matchEveryone(lists, findGroup),
    holders: [...policies, ...set.groups],
  };
}

/** Bypass and Service Auth are judged before Allow and Block. */
export function isFirstTier({ effect }: Policy): boolean {
  return effect === "bypass" || effect === "non_identity";
}

function placePolicies(application: Application): readonly Placement[] {
  const { policies } = application;
  const inOrder = [...policies.filter(isFirstTier), ...policies.filter((policy) => !isFirstTier(policy))];
  return inOrder.map((policy, index) => ({
    application,
    policy,
    before: inOrder.slice(0, index),
    after: inOrder.slice(index + 1),
  }));
}
