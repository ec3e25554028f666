import type { FactName } from "../attribute.ts";
import { current, type Fact, type Facts } from "../fact.ts";
import { uniteOutcomes } from "../tally.ts";
import { type Judgement, MATCH, NO_MATCH, undecided } from "../verdict.ts";
import type { Facet, Family, Judge, LookUp, Question } from "./matcher.ts";
import type { Answer, Way } from "./way.ts";

/** A fact that rules ask, and what they come to where it is absent. */
export interface Source<T> {
  readonly name: FactName;
  readonly read: (facts: Facts) => Fact<T> | undefined;
  readonly absent: Judgement;
}

/** What has to match before a fact is asked; where it does not, its judgement counts. */
export interface Gate {
  readonly facts: readonly FactName[];
  readonly judge: Judge;
}

const INCOMPLETE = undecided("incomplete");

/** A family about `source`, by a function that makes its facets. */
export function familyOf<T>(source: Source<T>, gate: Gate | null = null): (way: Way<T>) => Facet {
  const ways = new Map<Facet, Way<T>>();
  const family: Family = {
    facts: [...new Set([...(gate?.facts ?? []), source.name])],
    lookUp: (questions) => compileLookUp(source, gate, ways, questions),
  };
  return (way) => {
    const test = rememberByKeys(way.test);
    const facet: Facet = { family, judge: (keys) => compileJudge(source, gate, test(keys)) };
    ways.set(facet, { ...way, test });
    return facet;
  };
}

type Test<T> = (value: T) => boolean;

function compileJudge<T>({ read, absent }: Source<T>, gate: Gate | null, has: Test<T>): Judge {
  return (facts, now) => {
    if (gate !== null) {
      const gated = gate.judge(facts, now);
      if (gated !== MATCH) return gated;
    }
    const fact = current(read(facts), now);
    if (fact.state === "unknown") return undecided(fact.why);
    if (fact.state === "absent") return absent;
    if (has(fact.value)) return MATCH;
    // A part of a set proves that something is in it, never that it is not.
    return fact.complete ? NO_MATCH : INCOMPLETE;
  };
}

/** As `compileJudge`, of many questions at once: the fact is read once, and the index asked once for each facet. */
function compileLookUp<T>(
  { read, absent }: Source<T>,
  gate: Gate | null,
  ways: ReadonlyMap<Facet, Way<T>>,
  questions: readonly Question[],
): LookUp {
  const all = uniteOutcomes(questions.map(({ outcomes }) => outcomes));
  const answers: Answer<T>[] = [];
  const partAnswers: Answer<T>[] = [];
  for (const [facet, own] of Map.groupBy(questions, (question) => question.facet)) {
    const way = ways.get(facet);
    if (way === undefined) continue;
    const indexed = own.filter(way.isIndexed);
    if (indexed.length > 0) answers.push(way.index(indexed));
    for (const question of own) {
      const { outcomes } = question;
      const has = way.test(question.keys);
      if (!way.isIndexed(question))
        answers.push((value, tally) => tally.add(has(value) ? outcomes.match : outcomes.no_match));
      partAnswers.push((value, tally) => tally.add(has(value) ? outcomes.match : outcomes.unknown));
    }
  }
  return (facts, now, tally) => {
    if (gate !== null) {
      const gated = gate.judge(facts, now);
      if (gated !== MATCH) return tally.add(all[gated.verdict]);
    }
    const fact = current(read(facts), now);
    if (fact.state === "unknown") return tally.add(all.unknown);
    if (fact.state === "absent") return tally.add(all[absent.verdict]);
    for (const answer of fact.complete ? answers : partAnswers) answer(fact.value, tally);
  };
}

/** One test for all who ask for the same array of keys, so that a long list is held once. */
function rememberByKeys<T>(compile: Way<T>["test"]): Way<T>["test"] {
  const made = new WeakMap<readonly string[], Test<T>>();
  return (keys) => {
    const test = made.get(keys) ?? compile(keys);
    made.set(keys, test);
    return test;
  };
}
