import type { Group, Rule, RuleLists } from "../../model.ts";
import { SELECTORS } from "../../selectors/table.ts";
import type { FindGroup } from "./group-index.ts";
import { EVERYWHERE, joinAll, meetAll, type Region } from "./region.ts";
import { ownTest, type RuleTest, testsOf } from "./rule-test.ts";
import { complement } from "./value-set.ts";

/** Where rules match and where they do not; where they are unknown is in neither. */
export interface Reach {
  whereMatches(rule: Rule): Region;
  whereFails(rule: Rule): Region;
  whereListsMatch(lists: RuleLists): Region;
}

/** `personCounts` is false for Bypass and Service Auth, where rules that ask for the person stay unknown. */
export function createReach(
  findGroup: FindGroup,
  hasToken: (id: string) => boolean,
  personCounts: boolean,
): Reach {
  const ofGroups = new Map<Group, { readonly matches: Region; readonly fails: Region }>();

  function regionsOf(group: Group) {
    const known = ofGroups.get(group);
    if (known !== undefined) return known;
    const regions = { matches: whereListsMatch(group), fails: whereListsFail(group) };
    ofGroups.set(group, regions);
    return regions;
  }

  const isUnknown = (rule: Rule) => !personCounts && SELECTORS[rule.selector].identity === true;

  function whereMatches(rule: Rule): Region {
    if (isUnknown(rule)) return null;
    if (rule.selector === "everyone") return EVERYWHERE;
    if (rule.selector !== "group") return meetAll(testsOf(rule, hasToken).map(regionOf));
    const group = findGroup(rule);
    return meetAll([regionOf(ownTest(rule)), group === null ? EVERYWHERE : regionsOf(group).matches]);
  }

  function whereFails(rule: Rule): Region {
    if (isUnknown(rule) || rule.selector === "everyone") return null;
    if (rule.selector !== "group") return regionOf(negate(testsOf(rule, hasToken)[0]));
    const group = findGroup(rule);
    return meetAll([regionOf(negate(ownTest(rule))), group === null ? EVERYWHERE : regionsOf(group).fails]);
  }

  function whereListsMatch({ include, require, exclude }: RuleLists): Region {
    const demanded = meetAll([...require.map(whereMatches), ...exclude.map(whereFails)]);
    return joinAll(include.map((rule) => meetAll([demanded, whereMatches(rule)])));
  }

  function whereListsFail({ include, require, exclude }: RuleLists): Region {
    return joinAll([
      meetAll(include.map(whereFails)),
      ...require.map(whereFails),
      ...exclude.map(whereMatches),
    ]);
  }

  return { whereMatches, whereFails, whereListsMatch };
}

function negate({ attribute, values }: RuleTest): RuleTest {
  return { attribute, values: complement(values) };
}

function regionOf({ attribute, values }: RuleTest): Region {
  return meetAll([new Map([[attribute, values]])]);
}
