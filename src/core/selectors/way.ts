import { type IpAddress, parseRange } from "../ip-address.ts";
import { compileIpIndex } from "../ip-index.ts";
import { compileIpSet } from "../ip-set.ts";
import { type Marks, type Tally, uniteMarks, uniteOutcomes } from "../tally.ts";
import type { Question } from "./matcher.ts";

/** Marks what a value answers. */
export type Answer<T> = (value: T, tally: Tally) => void;

/** How a value is asked for keys. */
export interface Way<T> {
  /** Compiles a test for any of `keys`. */
  readonly test: (keys: readonly string[]) => (value: T) => boolean;
  /** Whether the question can be answered by an index. */
  readonly isIndexed: (question: Question) => boolean;
  /** Compiles one look-up for all questions that are indexed. */
  readonly index: (questions: readonly Question[]) => Answer<T>;
}

/** Asks whether the value is one of the keys, by the text that it is compared by; null is none of them. */
export function equal<T>(textOf: (value: T) => string | null): Way<T> {
  return {
    test(keys) {
      const [only] = keys;
      if (keys.length === 1) return (value) => textOf(value) === only;
      const set = new Set<string | null>(keys);
      return (value) => set.has(textOf(value));
    },
    isIndexed: hasOneKey,
    index(questions) {
      const marksWhere = compileMarks(questions);
      const other = marksWhere([]);
      const entries = questions.flatMap((question) =>
        question.keys.map((key) => [key, marksWhere([question])] as const),
      );
      const [first] = entries;
      if (first !== undefined && entries.length === 1) {
        const [only, marks] = first;
        return (value, tally) => tally.add(textOf(value) === only ? marks : other);
      }
      const byText = new Map<string | null, Marks>(entries);
      return (value, tally) => tally.add(byText.get(textOf(value)) ?? other);
    },
  };
}

/** Asks whether the address is in one of the ranges. */
export const IN_RANGE: Way<IpAddress> = {
  test(ranges) {
    const set = compileIpSet(ranges.flatMap((range) => parseRange(range) ?? []));
    return (address) => set.has(address);
  },
  isIndexed: hasOneKey,
  index(questions) {
    const marksWhere = compileMarks(questions);
    const ranges = questions.flatMap((question) =>
      question.keys.flatMap((key) => {
        const range = parseRange(key);
        return range === null ? [] : { ...range, question };
      }),
    );
    const index = compileIpIndex(ranges, (holding) => marksWhere(holding.map(({ question }) => question)));
    return (address, tally) => tally.add(index.find(address));
  },
};

/** Asks whether the set that the value has holds one of the keys. */
export function hold<T>(setOf: (value: T) => ReadonlySet<string> | undefined): Way<T> {
  return {
    test: (keys) => (value) => {
      const set = setOf(value);
      if (set !== undefined) for (const key of keys) if (set.has(key)) return true;
      return false;
    },
    // What is marked for those that do not match would take a test of each.
    isIndexed: ({ outcomes }) => outcomes.no_match.length === 0,
    index(questions) {
      const marks = new Map<string, Marks>();
      for (const { keys, outcomes } of questions)
        for (const key of keys) marks.set(key, uniteMarks([marks.get(key) ?? [], outcomes.match]));
      return (value, tally) => {
        const set = setOf(value);
        if (set === undefined) return;
        if (set.size > marks.size) {
          for (const [key, marked] of marks) if (set.has(key)) tally.add(marked);
        } else {
          for (const key of set) {
            const marked = marks.get(key);
            if (marked !== undefined) tally.add(marked);
          }
        }
      };
    },
  };
}

/** Asks nothing more of a value than to be there. */
export const EXIST: Way<unknown> = {
  test: () => () => true,
  isIndexed: () => true,
  index(questions) {
    const { match } = uniteOutcomes(questions.map(({ outcomes }) => outcomes));
    return (_, tally) => tally.add(match);
  },
};

/** Long lists of keys, which many applications may share, are asked each by itself. */
function hasOneKey({ keys }: Question): boolean {
  return keys.length === 1;
}

/** What is marked where some of `questions` match and the others do not. */
function compileMarks(questions: readonly Question[]): (matching: readonly Question[]) => Marks {
  const demanding = questions.filter(({ outcomes }) => outcomes.no_match.length > 0);
  return (matching) =>
    uniteMarks([
      ...matching.map(({ outcomes }) => outcomes.match),
      ...demanding
        .filter((question) => !matching.includes(question))
        .map(({ outcomes }) => outcomes.no_match),
    ]);
}
