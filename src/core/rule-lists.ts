import type { FactName } from "./attribute.ts";
import type { Facts } from "./fact.ts";
import type { Rule, RuleLists } from "./model.ts";
import { negate, type Possibility, possibilityOf, possibleAll, possibleAny } from "./possibility.ts";
import type { Family, Judge, Matcher } from "./selectors/matcher.ts";
import { type Judgement, MATCH, NO_MATCH } from "./verdict.ts";

/** A rule beside its matcher; groups keep their compiled lists for the trace. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly label: string;
  readonly matcher: Matcher;
  readonly group: CompiledLists | null;
}

/** Include, require and exclude of a policy or a group, ready to be judged. */
export interface CompiledLists {
  readonly include: readonly CompiledRule[];
  readonly require: readonly CompiledRule[];
  readonly exclude: readonly CompiledRule[];
  readonly facts: readonly FactName[];
  /** Any include, all require, no exclude: Kleene's logic over three values. */
  readonly judge: Judge;
  readonly possible: (facts: Facts, now: number) => Possibility;
}

export function compileLists(lists: RuleLists, compile: (rule: Rule) => CompiledRule): CompiledLists {
  const include = lists.include.map(compile);
  const require = lists.require.map(compile);
  const exclude = lists.exclude.map(compile);
  const judgeInclude = judgeAny(include);
  const judgeRequire = judgeAll(require);
  const judgeExclude = judgeAny(exclude);
  return {
    include,
    require,
    exclude,
    facts: [...new Set([...include, ...require, ...exclude].flatMap(({ matcher }) => matcher.facts))],
    judge(facts, now) {
      const included = judgeInclude(facts, now);
      if (included.verdict === "no_match") return NO_MATCH;
      const required = judgeRequire(facts, now);
      if (required.verdict === "no_match") return NO_MATCH;
      const excluded = judgeExclude(facts, now);
      if (excluded.verdict === "match") return NO_MATCH;
      if (included.verdict === "unknown") return included;
      if (required.verdict === "unknown") return required;
      return excluded.verdict === "unknown" ? excluded : MATCH;
    },
    possible: (facts, now) => {
      const of = (rules: readonly CompiledRule[]) =>
        rules.map(
          ({ matcher }) => matcher.possible?.(facts, now) ?? possibilityOf(matcher.judge(facts, now)),
        );
      return possibleAll([
        possibleAny(of(include)),
        possibleAll(of(require)),
        negate(possibleAny(of(exclude))),
      ]);
    },
  };
}

/** Any of the rules: match where one matches, else unknown where one is, else (and of none) no match. */
function judgeAny(rules: readonly CompiledRule[]): Judge {
  return foldJudges(joinFamilies(rules), MATCH, NO_MATCH);
}

/** All of the rules: no match where one does not, else unknown where one is, else (and of none) match. */
function judgeAll(rules: readonly CompiledRule[]): Judge {
  return foldJudges(
    rules.map(({ matcher }) => matcher.judge),
    NO_MATCH,
    MATCH,
  );
}

/** The decisive judgement where one judge comes to it, else the first unknown one, else the other. */
function foldJudges(judges: readonly Judge[], decisive: Judgement, otherwise: Judgement): Judge {
  const [first, second] = judges;
  if (first === undefined) return () => otherwise;
  if (second === undefined) return first;
  // By halves: closures of two cost less than a loop, and however many there are no call is deep.
  const half = judges.length >> 1;
  const one = foldJudges(judges.slice(0, half), decisive, otherwise);
  const other = foldJudges(judges.slice(half), decisive, otherwise);
  return (facts, now) => {
    const judgement = one(facts, now);
    if (judgement.verdict === decisive.verdict) return decisive;
    const next = other(facts, now);
    return next.verdict === decisive.verdict || judgement.verdict !== "unknown" ? next : judgement;
  };
}

/** One judge for all rules of a family, so that a thousand addresses are one look-up. */
function joinFamilies(rules: readonly CompiledRule[]): Judge[] {
  const keysByFamily = new Map<Family, string[]>();
  const judges: Judge[] = [];
  for (const { matcher } of rules) {
    if (matcher.member === null) {
      judges.push(matcher.judge);
      continue;
    }
    const { family, key } = matcher.member;
    const keys = keysByFamily.get(family);
    if (keys === undefined) keysByFamily.set(family, [key]);
    else keys.push(key);
  }
  return [...[...keysByFamily].map(([family, keys]) => family.compile(keys)), ...judges];
}
