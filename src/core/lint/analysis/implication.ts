import type { Rule, RuleLists } from "../../model.ts";
import type { FindGroup } from "./group-index.ts";
import { keyOf, type RuleTest, testsOf } from "./rule-test.ts";
import { isSubset } from "./value-set.ts";

/**
 * Whether the first lists are for certain at most the second, counting no match < unknown < match:
 * whatever the first match, the second match; whatever the second do not match, the first do not.
 */
export type Implies = (narrow: RuleLists, wide: RuleLists) => boolean;

export function createImplication(findGroup: FindGroup, hasToken: (id: string) => boolean): Implies {
  const asked = new Map<Rule, Asked>();

  // Long lists are compared rule by rule: each is read once.
  function read(rule: Rule): Asked {
    const known = asked.get(rule);
    if (known !== undefined) return known;
    const { selector } = rule;
    const tests = selector === "everyone" || selector === "group" ? [] : testsOf(rule, hasToken);
    const made = { key: keyOf(rule), tests };
    asked.set(rule, made);
    return made;
  }

  function implies(narrow: RuleLists, wide: RuleLists): boolean {
    return (
      impliesAny(narrow, wide.include) &&
      wide.require.every((rule) => impliesAny(narrow, [rule])) &&
      wide.exclude.every((rule) => narrow.exclude.some((other) => impliesRule(rule, other)))
    );
  }

  function impliesAny({ include, require }: RuleLists, rules: readonly Rule[]): boolean {
    const impliesOne = (narrow: Rule) => rules.some((wide) => impliesRule(narrow, wide));
    return require.some(impliesOne) || include.every(impliesOne);
  }

  function impliesRule(narrow: Rule, wide: Rule): boolean {
    if (wide.selector === "everyone" || read(narrow).key === read(wide).key) return true;
    const narrowGroup = findGroup(narrow);
    if (narrowGroup !== null && impliesAny(narrowGroup, [wide])) return true;
    const wideGroup = findGroup(wide);
    if (wideGroup !== null) return implies(narrowGroup ?? onlyIncluding(narrow), wideGroup);
    const [decisive] = read(wide).tests;
    return (
      decisive !== undefined &&
      read(narrow).tests.some(
        ({ attribute, values }) => attribute === decisive.attribute && isSubset(values, decisive.values),
      )
    );
  }

  return implies;
}

/** A rule, read: equal rules have equal keys, and the first test decides. */
interface Asked {
  readonly key: string;
  readonly tests: readonly RuleTest[];
}

function onlyIncluding(rule: Rule): RuleLists {
  return { include: [rule], require: [], exclude: [] };
}
