import type { Rule, RuleLists } from "../../model.ts";
import type { FindGroup } from "./group-index.ts";

/** Whether lists, or a rule, can match in no way but with one of the wanted rules matching. */
export interface Demand {
  ofLists(lists: RuleLists): boolean;
  ofRule(rule: Rule): boolean;
}

export function createDemand(findGroup: FindGroup, isWanted: (rule: Rule) => boolean): Demand {
  const toMatch = (rule: Rule): boolean => {
    const group = findGroup(rule);
    return group === null ? isWanted(rule) : listsToMatch(group);
  };
  const listsToMatch = ({ include, require, exclude }: RuleLists): boolean =>
    include.every(toMatch) || require.some(toMatch) || exclude.some(toFail);
  const toFail = (rule: Rule): boolean => {
    // That everyone fails cannot be, and so demands whatever is asked.
    if (rule.selector === "everyone") return true;
    const group = findGroup(rule);
    if (group === null) return false;
    const { include, require, exclude } = group;
    return include.some(toFail) && require.every(toFail) && exclude.every(toMatch);
  };
  return { ofLists: listsToMatch, ofRule: toMatch };
}

/** Whether the lists match every request, whatever is known of it. */
export function matchEveryone({ include, require, exclude }: RuleLists, findGroup: FindGroup): boolean {
  const isEveryone = (rule: Rule): boolean => {
    const group = findGroup(rule);
    return group === null ? rule.selector === "everyone" : matchEveryone(group, findGroup);
  };
  return include.some(isEveryone) && require.every(isEveryone) && exclude.length === 0;
}
