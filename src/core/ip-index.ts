import type { IpAddress, IpRange } from "./ip-address.ts";
import { compareWords } from "./ip-set.ts";

/** Tells of an address what was made of the ranges that hold it. */
export interface IpIndex<T> {
  find(ip: IpAddress): T;
}

/** Where the answer changes: the words of the addresses from which on it is `values` of the same place. */
interface Steps<T> {
  readonly words: readonly (readonly number[])[];
  readonly values: readonly T[];
}

/** An index that answers by binary search; `make` is called once for all addresses in the same ranges. */
export function compileIpIndex<R extends IpRange, T>(
  ranges: readonly R[],
  make: (holding: readonly R[]) => T,
): IpIndex<T> {
  const nowhere = make([]);
  const ipv4 = compileSteps(
    ranges.filter(({ family }) => family === 4),
    make,
  );
  const ipv6 = compileSteps(
    ranges.filter(({ family }) => family === 6),
    make,
  );
  return { find: ({ family, words }) => findStep(family === 4 ? ipv4 : ipv6, words) ?? nowhere };
}

function compileSteps<R extends IpRange, T>(
  ranges: readonly R[],
  make: (holding: readonly R[]) => T,
): Steps<T> {
  const starts = ranges.flatMap(({ first, last }) => [first, follow(last) ?? first]);
  const words = starts
    .sort((a, b) => compareWords(a, 0, b))
    .filter((start, index, all) => index === 0 || compareWords(start, 0, all[index - 1] ?? []) !== 0);
  const holds = (start: readonly number[]) => (range: R) =>
    compareWords(range.first, 0, start) <= 0 && compareWords(range.last, 0, start) >= 0;
  return { words, values: words.map((start) => make(ranges.filter(holds(start)))) };
}

/** The address after that one; null after the last. */
function follow(words: readonly number[]): readonly number[] | null {
  const index = words.findLastIndex((word) => word !== 0xffff_ffff);
  if (index === -1) return null;
  return words.map((word, at) => (at < index ? word : at === index ? word + 1 : 0));
}

function findStep<T>({ words, values }: Steps<T>, wanted: readonly number[]): T | undefined {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareWords(words[middle] ?? [], 0, wanted) <= 0) low = middle + 1;
    else high = middle;
  }
  return values[low - 1];
}
