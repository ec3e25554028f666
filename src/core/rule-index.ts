import type { Facts } from "./fact.ts";
import { remember } from "./remember.ts";
import { type CompiledLists, LISTS } from "./rule-lists.ts";
import type { Facet, Family, LookUp, Matcher, Question } from "./selectors/matcher.ts";
import { outcomesOf, type Standing, Tally } from "./tally.ts";

/** All that the policies of an application and their groups ask, each question once. */
export interface RuleIndex {
  /** Answers them by what is known at `now`. What it returns holds until it is called again. */
  judge(facts: Facts, now: number): Tally;
}

/** The lists of a policy or a group, by their number in the tally. */
export interface NumberedLists {
  readonly number: number;
  readonly lists: CompiledLists;
}

/** Indexes policies that are numbered from 0 on, in whatever order. */
export function compileRuleIndex(policies: readonly NumberedLists[]): RuleIndex {
  const groups = numberGroups(policies);
  const all = [...policies, ...groups.values()];
  const lookUps = [...compileQuestions(all), ...compileGroups(groups, all)];
  const tally = new Tally(all.length);
  return {
    judge(facts, now) {
      tally.clear();
      for (const lookUp of lookUps) lookUp(facts, now, tally);
      return tally;
    },
  };
}

type Groups = ReadonlyMap<CompiledLists, NumberedLists>;

/** The groups that policies name, each after the groups that it names itself. */
function numberGroups(policies: readonly NumberedLists[]): Groups {
  const groups = new Map<CompiledLists, NumberedLists>();
  const addNamed = (holder: CompiledLists): void => {
    for (const list of LISTS)
      for (const { group } of holder[list]) {
        if (group === null || groups.has(group)) continue;
        addNamed(group);
        groups.set(group, { number: policies.length + groups.size, lists: group });
      }
  };
  for (const { lists } of policies) addNamed(lists);
  return groups;
}

interface Asked {
  readonly facet: Facet;
  readonly keys: readonly string[];
  readonly standings: Standing[];
}

/** Rules about one fact are looked up together; the others are judged one by one. */
function compileQuestions(all: readonly NumberedLists[]): LookUp[] {
  const asked = new Map<Facet, Map<string | readonly string[], Asked>>();
  const alone = new Map<Matcher["judge"], Standing[]>();
  for (const { number, lists } of all)
    for (const list of LISTS)
      for (const { asks, judge } of lists.questions[list]) standingsOf(asks, judge).push({ number, list });

  function standingsOf(asks: Matcher["asks"], judge: Matcher["judge"]): Standing[] {
    if (asks === null) return remember(alone, judge, () => []);
    const { facet, keys } = asks;
    const [key] = keys;
    const byKeys = remember(asked, facet, () => new Map());
    // Rules that name the same key ask the same question, and so do those that name the same list.
    const once = keys.length === 1 && key !== undefined ? key : keys;
    return remember(byKeys, once, () => ({ facet, keys, standings: [] })).standings;
  }

  const byFamily = new Map<Family, Question[]>();
  for (const [{ family }, byKeys] of asked)
    for (const { facet, keys, standings } of byKeys.values())
      remember(byFamily, family, () => []).push({ facet, keys, outcomes: outcomesOf(standings) });
  return [
    ...[...byFamily].map(([family, questions]) => family.lookUp(questions)),
    ...[...alone].map(([judge, standings]): LookUp => {
      const outcomes = outcomesOf(standings);
      return (facts, now, tally) => tally.add(outcomes[judge(facts, now).verdict]);
    }),
  ];
}

/** Tells those who name a group what it came to: inner groups first. */
function compileGroups(groups: Groups, all: readonly NumberedLists[]): LookUp[] {
  const standings = new Map<CompiledLists, Standing[]>();
  for (const { number, lists } of all)
    for (const list of LISTS)
      for (const { group } of lists[list])
        if (group !== null) remember(standings, group, () => []).push({ number, list });
  return [...groups].map(([lists, group]): LookUp => {
    const outcomes = outcomesOf(standings.get(lists) ?? []);
    return (_facts, _now, tally) => tally.add(outcomes[tally.verdictOf(group)]);
  });
}
