import type { RuleLists } from "./model.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Marks on the lists of an application's policies and groups: pairs of a word of the tally and the bits to
 * set in it. Each policy and each group has four bits.
 */
export type Marks = readonly number[];

/** What is marked for each verdict that a question may come to. */
export type Outcomes = { readonly [V in Verdict]: Marks };

/** A question stands in one of the lists of the policy or group with that number. */
export interface Standing {
  readonly number: number;
  readonly list: keyof RuleLists;
}

const INCLUDED = 1;
const MAYBE_INCLUDED = 2;
const BARRED = 4;
const MAYBE_BARRED = 8;

/** What a verdict says of a policy in one of whose lists it is given. */
const MARKS: { readonly [L in keyof RuleLists]: { readonly [V in Verdict]: number } } = {
  include: { match: INCLUDED, no_match: 0, unknown: MAYBE_INCLUDED },
  require: { match: 0, no_match: BARRED, unknown: MAYBE_BARRED },
  exclude: { match: BARRED, no_match: 0, unknown: MAYBE_BARRED },
};

/** The verdict by the four marks. Any include, all require, no exclude: Kleene's logic over three values. */
const VERDICTS: readonly Verdict[] = Array.from({ length: 16 }, (_, marks): Verdict => {
  if ((marks & (INCLUDED | MAYBE_INCLUDED)) === 0 || (marks & BARRED) !== 0) return "no_match";
  return (marks & INCLUDED) !== 0 && (marks & MAYBE_BARRED) === 0 ? "match" : "unknown";
});

/** Eight numbers of four bits each in a word. */
const wordOf = (number: number): number => number >>> 3;
const shiftOf = (number: number): number => (number & 7) << 2;

/** The verdicts of policies and groups, while the questions they ask are answered. */
export class Tally {
  readonly #words: Int32Array;

  /** For policies and groups numbered from 0 to `count` - 1. */
  constructor(count: number) {
    this.#words = new Int32Array(wordOf(count) + 1);
  }

  clear(): void {
    for (let word = 0; word < this.#words.length; word++) this.#words[word] = 0;
  }

  add(marks: Marks): void {
    for (let index = 0; index < marks.length; index += 2) {
      const word = marks[index] ?? 0;
      this.#words[word] = (this.#words[word] ?? 0) | (marks[index + 1] ?? 0);
    }
  }

  /** The verdict of the policy or group with that number. */
  verdictOf({ number }: { readonly number: number }): Verdict {
    const marks = (this.#words[wordOf(number)] ?? 0) >>> shiftOf(number);
    return VERDICTS[marks & 15] ?? "unknown";
  }
}

/** What the verdicts on a question mark, that stands in these lists. */
export function outcomesOf(standings: readonly Standing[]): Outcomes {
  const marksFor = (verdict: Verdict) =>
    uniteMarks(standings.map(({ number, list }) => marksOf(number, MARKS[list][verdict])));
  return { match: marksFor("match"), no_match: marksFor("no_match"), unknown: marksFor("unknown") };
}

function marksOf(number: number, marks: number): Marks {
  return marks === 0 ? [] : [wordOf(number), marks << shiftOf(number)];
}

/** What several questions mark that come to the same verdict. */
export function uniteOutcomes(outcomes: readonly Outcomes[]): Outcomes {
  return {
    match: uniteMarks(outcomes.map(({ match }) => match)),
    no_match: uniteMarks(outcomes.map(({ no_match }) => no_match)),
    unknown: uniteMarks(outcomes.map(({ unknown }) => unknown)),
  };
}

export function uniteMarks(several: readonly Marks[]): Marks {
  const [only] = several;
  if (several.length === 1 && only !== undefined) return only;
  const words = new Map<number, number>();
  for (const marks of several)
    for (let index = 0; index < marks.length; index += 2) {
      const word = marks[index] ?? 0;
      words.set(word, (words.get(word) ?? 0) | (marks[index + 1] ?? 0));
    }
  return words.size === 0 ? [] : [...words].flat();
}
