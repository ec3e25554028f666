import type { Group } from "../../core/model.ts";
import type { Fault } from "../../core/place.ts";
import { show } from "./directory.ts";

/** Groups that one may hold, each counted as often as it is named: so often may a request have to judge one. */
const MAX_HELD = 1_000;

/** Finds groups that hold themselves, each cycle once, at the rule that closes it, and groups that hold too many. */
export function findGroupFaults(groups: readonly Group[]): readonly Fault[] {
  const byId = new Map(groups.map((group) => [group.id, group]));
  const faults: Fault[] = [];
  const held = new Map<Group, number>();
  const way = new Set<Group>();

  function countHeld(group: Group): number {
    const known = held.get(group);
    if (known !== undefined) return known;
    way.add(group);
    let count = 0;
    for (const rule of [...group.include, ...group.require, ...group.exclude]) {
      const next = rule.selector === "group" ? byId.get(rule.group) : undefined;
      if (next === undefined) continue;
      if (way.has(next)) faults.push({ place: rule.place, message: cycleMessage([...way], next) });
      else count += way.size > MAX_HELD ? Number.POSITIVE_INFINITY : 1 + countHeld(next);
    }
    way.delete(group);
    // Those above one that holds too many have no fault of their own.
    if (count > MAX_HELD && count < Number.POSITIVE_INFINITY) {
      faults.push({ place: group.place, message: tooManyMessage(group) });
      count = 0;
    }
    held.set(group, count);
    return count;
  }

  // A chain that is too long is told of at its beginning, and once.
  const endless = groups.find((group) => countHeld(group) === Number.POSITIVE_INFINITY);
  if (endless !== undefined) faults.push({ place: endless.place, message: tooManyMessage(endless) });
  return faults;
}

function cycleMessage(way: readonly Group[], closing: Group): string {
  const cycle = [...way.slice(way.indexOf(closing)), closing];
  return `a group cannot hold itself: ${cycle.map(({ name }) => name).join(" → ")}; remove one of these rules`;
}

function tooManyMessage({ name }: Group): string {
  const times = "counting each as often as it is named";
  return `the group ${show(name)} holds more than ${MAX_HELD} groups, ${times}; name each once, or flatten them`;
}
