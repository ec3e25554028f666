/** A list, or lists by name: how a set, groups and claims look as JSON. */
export type Lists = readonly unknown[] | ListsByName;
type ListsByName = ReadonlyMap<string, readonly unknown[]>;

/** The value as lists; null where it is something else. */
export function readLists(value: unknown): Lists | null {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null) return null;
  const lists = new Map<string, readonly unknown[]>();
  for (const [name, list] of Object.entries(value)) {
    if (!Array.isArray(list)) return null;
    lists.set(name, list);
  }
  return lists;
}

/** The union (`any`) or the intersection (`all`) of lists, of each name by itself, as JSON. */
export function combineLists(merge: "any" | "all", all: readonly Lists[]): unknown {
  const plain: (readonly unknown[])[] = [];
  const named: ListsByName[] = [];
  for (const lists of all) {
    if (lists instanceof Map) named.push(lists);
    else if (Array.isArray(lists)) plain.push(lists);
  }
  if (named.length === 0) return combine(merge, plain);
  const names = new Set(named.flatMap((lists) => [...lists.keys()]));
  const combined = [...names].map((name) => {
    const lists = named.map((each) => each.get(name) ?? []);
    return [name, combine(merge, lists)] as const;
  });
  return Object.fromEntries(combined);
}

function combine(merge: "any" | "all", lists: readonly (readonly unknown[])[]): readonly unknown[] {
  const keyed = lists.map((list) => new Map(list.map((entry) => [canonicalText(entry), entry])));
  const union = new Map(keyed.flatMap((list) => [...list]));
  if (merge === "any") return [...union.values()];
  return [...union].filter(([key]) => keyed.every((list) => list.has(key))).map(([, entry]) => entry);
}

/** JSON with its keys in order, so that equal values have equal texts. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== "object" || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
