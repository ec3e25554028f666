import { intersect, isEmpty, unite, type ValueSet } from "./value-set.ts";

/**
 * Requests, by the values that their attributes can have: at least those that are meant, never fewer.
 * An attribute that is not named can be anything; null is no request at all.
 */
export type Region = ReadonlyMap<string, ValueSet> | null;

export const EVERYWHERE: Region = new Map();

/** What lies in all of the regions; of none, everything. */
export function meetAll(regions: readonly Region[]): Region {
  const met = new Map<string, ValueSet>();
  for (const region of regions) {
    if (region === null) return null;
    for (const [attribute, values] of region) {
      const before = met.get(attribute);
      const both = before === undefined ? values : intersect(before, values);
      if (isEmpty(both)) return null;
      met.set(attribute, both);
    }
  }
  return met;
}

/** What lies in any of the regions; of none, nothing. */
export function joinAll(regions: readonly Region[]): Region {
  const [first, ...others] = regions.filter((region) => region !== null);
  if (first === undefined) return null;
  const joined = new Map(first);
  for (const region of others)
    for (const [attribute, before] of joined) {
      const values = region.get(attribute);
      if (values === undefined) joined.delete(attribute);
      else joined.set(attribute, unite(before, values));
    }
  return joined;
}
