import type { Group } from "./model.ts";

/** Ids of the groups that hold themselves, directly or through others. */
export function findCircularGroups(groups: readonly Group[]): ReadonlySet<string> {
  const heldBy = new Map(groups.map((group) => [group.id, referencesOf(group)]));
  const circular = new Set<string>();
  for (const { id } of groups) {
    const reached = new Set<string>();
    const open = [...(heldBy.get(id) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(...(heldBy.get(next) ?? []));
    }
    if (reached.has(id)) circular.add(id);
  }
  return circular;
}

function referencesOf({ include, require, exclude }: Group): readonly string[] {
  return [...include, ...require, ...exclude].flatMap((rule) =>
    rule.selector === "group" ? [rule.group] : [],
  );
}
