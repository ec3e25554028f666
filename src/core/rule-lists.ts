import type { FactName } from "./attribute.ts";
import type { Facts } from "./fact.ts";
import type { Rule, RuleLists } from "./model.ts";
import { negate, type Possibility, possibilityOf, possibleAll, possibleAny } from "./possibility.ts";
import { remember } from "./remember.ts";
import { asking, type Facet, type Matcher } from "./selectors/matcher.ts";
import type { TurnsAt } from "./turn.ts";

export const LISTS = ["include", "require", "exclude"] as const;

/** A rule beside its matcher; that of a group beside the group's lists. */
export type CompiledRule = { readonly rule: Rule; readonly label: string } & (
  | { readonly matcher: Matcher; readonly group: null }
  | { readonly matcher: null; readonly group: CompiledLists }
);

/** Include, require and exclude of a policy or a group, compiled. */
export interface CompiledLists {
  readonly include: readonly CompiledRule[];
  readonly require: readonly CompiledRule[];
  readonly exclude: readonly CompiledRule[];
  readonly facts: readonly FactName[];
  /** When they may come out otherwise by the same facts. */
  readonly turns: readonly TurnsAt[];
  /** What they ask beside groups: rules that name keys of one facet are one question, where any will do. */
  readonly questions: { readonly [L in keyof RuleLists]: readonly Matcher[] };
}

export function compileLists(lists: RuleLists, compile: (rule: Rule) => CompiledRule): CompiledLists {
  const include = lists.include.map(compile);
  const require = lists.require.map(compile);
  const exclude = lists.exclude.map(compile);
  const all = [...include, ...require, ...exclude].map(({ matcher, group }) => matcher ?? group);
  const facts = all.flatMap((part) => part.facts);
  const turns = all.flatMap((part) => part.turns);
  const questions = {
    include: joinFacets(include),
    require: require.flatMap(({ matcher }) => matcher ?? []),
    exclude: joinFacets(exclude),
  };
  return { include, require, exclude, facts: [...new Set(facts)], turns: [...new Set(turns)], questions };
}

/** One matcher for all rules that name a key of the same facet, so that a thousand addresses are one look-up. */
function joinFacets(rules: readonly CompiledRule[]): Matcher[] {
  const keysByFacet = new Map<Facet, string[]>();
  const others: Matcher[] = [];
  for (const { matcher } of rules) {
    if (matcher === null) continue;
    const { asks } = matcher;
    if (asks?.keys.length === 1) remember(keysByFacet, asks.facet, () => []).push(...asks.keys);
    else others.push(matcher);
  }
  return [...[...keysByFacet].map(([facet, keys]) => asking(facet, keys)), ...others];
}

/** What a login could make of a policy or a group. */
export function possibleLists(lists: CompiledLists, facts: Facts, now: number): Possibility {
  const of = (rules: readonly CompiledRule[]) =>
    rules.map(({ matcher, group }) =>
      group === null ? possibilityOf(matcher.judge(facts, now)) : possibleLists(group, facts, now),
    );
  return possibleAll([
    possibleAny(of(lists.include)),
    possibleAll(of(lists.require)),
    negate(possibleAny(of(lists.exclude))),
  ]);
}
