import type { FactName } from "../attribute.ts";
import type { Facts } from "../fact.ts";
import type { Outcomes, Tally } from "../tally.ts";
import type { TurnsAt } from "../turn.ts";
import type { Judgement } from "../verdict.ts";

/** Judges by what is known at `now`. Pure, and allocates nothing. */
export type Judge = (facts: Facts, now: number) => Judgement;

/** Answers questions by what is known at `now`, and marks what the answers come to. */
export type LookUp = (facts: Facts, now: number, tally: Tally) => void;

/** All that rules can ask of one fact. */
export interface Family {
  readonly facts: readonly FactName[];
  /** Answers all of `questions`, for which the fact is read once. */
  lookUp(questions: readonly Question[]): LookUp;
}

/** What a fact can be asked for: an e-mail for its address, or for its domain. */
export interface Facet {
  readonly family: Family;
  /** Judges whether the fact has any of `keys`. */
  judge(keys: readonly string[]): Judge;
}

/** Whether a fact has any of the keys, and what the answer marks. */
export interface Question {
  readonly facet: Facet;
  readonly keys: readonly string[];
  readonly outcomes: Outcomes;
}

/** A rule, compiled. */
export interface Matcher {
  readonly facts: readonly FactName[];
  readonly judge: Judge;
  /** When it may judge otherwise by the same facts. */
  readonly turns: readonly TurnsAt[];
  /** What it asks, where it can be answered together with others about the same fact. */
  readonly asks: Omit<Question, "outcomes"> | null;
}

/** A rule that asks for any of `keys`. */
export function asking(facet: Facet, keys: readonly string[]): Matcher {
  return { facts: facet.family.facts, judge: facet.judge(keys), turns: [], asks: { facet, keys } };
}

/** A rule that is judged alone. */
export function alone(facts: readonly FactName[], judge: Judge, turnsAt: TurnsAt | null = null): Matcher {
  return { facts, judge, turns: turnsAt === null ? [] : [turnsAt], asks: null };
}

/** A rule whose judgement is always the same. */
export function constant(judgement: Judgement): Matcher {
  return alone([], () => judgement);
}
