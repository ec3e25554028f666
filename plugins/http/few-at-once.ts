/** Questions to one API that are under way at once for one poll. */
const AT_ONCE = 8;

/** `all.map(work)`, a few at once, in their order. Rejects with the first that does. */
export async function mapFewAtOnce<T, R>(
  all: readonly T[],
  work: (each: T, index: number) => R | Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < all.length; start += AT_ONCE) {
    const some = all.slice(start, start + AT_ONCE);
    results.push(...(await Promise.all(some.map((each, index) => work(each, start + index)))));
  }
  return results;
}
