import type { IpAddress, IpRange } from "./ip-address.ts";

/** Many ranges, asked at once. */
export interface IpSet {
  has(ip: IpAddress): boolean;
}

/** Disjoint intervals in ascending order; the words of each bound side by side. */
interface Intervals {
  readonly count: number;
  readonly first: Uint32Array;
  readonly last: Uint32Array;
}

type Words = ArrayLike<number>;

/** A set that answers by binary search. Ranges may overlap and come in any order. */
export function compileIpSet(ranges: readonly IpRange[]): IpSet {
  const ipv4 = compileIntervals(ranges, 4, 1);
  const ipv6 = compileIntervals(ranges, 6, 4);
  return { has: ({ family, words }) => hasWords(family === 4 ? ipv4 : ipv6, words) };
}

function compileIntervals(ranges: readonly IpRange[], family: 4 | 6, width: number): Intervals {
  const sorted = ranges
    .filter((range) => range.family === family)
    .sort((a, b) => compareWords(a.first, 0, b.first) || compareWords(b.last, 0, a.last));
  // CIDR blocks are disjoint or nested, and the wider of two that start together comes first.
  const disjoint: IpRange[] = [];
  for (const range of sorted) {
    const before = disjoint.at(-1);
    if (before === undefined || compareWords(range.first, 0, before.last) > 0) disjoint.push(range);
  }
  const first = new Uint32Array(disjoint.length * width);
  const last = new Uint32Array(disjoint.length * width);
  for (const [index, range] of disjoint.entries()) {
    first.set(range.first, index * width);
    last.set(range.last, index * width);
  }
  return { count: disjoint.length, first, last };
}

function hasWords({ count, first, last }: Intervals, words: Words): boolean {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareWords(first, middle * words.length, words) <= 0) low = middle + 1;
    else high = middle;
  }
  return low > 0 && compareWords(last, (low - 1) * words.length, words) >= 0;
}

/** Sign of the number that starts at `offset` of `bounds`, minus the number in `words`. */
export function compareWords(bounds: Words, offset: number, words: Words): number {
  for (let index = 0; index < words.length; index++) {
    const difference = (bounds[offset + index] ?? 0) - (words[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
