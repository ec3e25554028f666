import { findCircularGroups } from "../../circular-groups.ts";
import type { Group, Rule, RuleLists } from "../../model.ts";

/** The rules of the group that a rule names; null for any other rule, and for a group that is broken. */
export type FindGroup = (rule: Rule) => Group | null;

export function indexGroups(groups: readonly Group[]): FindGroup {
  const circular = findCircularGroups(groups);
  const byId = new Map(groups.flatMap((group) => (circular.has(group.id) ? [] : [[group.id, group]])));
  return (rule) => (rule.selector === "group" ? (byId.get(rule.group) ?? null) : null);
}

export function allRules({ include, require, exclude }: RuleLists): readonly Rule[] {
  return [...include, ...require, ...exclude];
}

/** A rule as it counts where a group is written out. */
export interface WrittenOutRule {
  readonly rule: Rule;
  /** Whether an Exclude on the way to it turns its sense around. */
  readonly negated: boolean;
}

/** The rule itself and, of a group, all that stands in it and in the groups it names. */
export function writeOut(rule: Rule, findGroup: FindGroup, negated = false): readonly WrittenOutRule[] {
  const group = findGroup(rule);
  if (group === null) return [{ rule, negated }];
  return [
    { rule, negated },
    ...[...group.include, ...group.require].flatMap((inner) => writeOut(inner, findGroup, negated)),
    ...group.exclude.flatMap((inner) => writeOut(inner, findGroup, !negated)),
  ];
}
