import type { Fault, Place } from "../core/place.ts";

/** Faults in the order in which a reader of the files meets them, each once. */
export function sortFaults(faults: readonly Fault[]): readonly Fault[] {
  const sorted = faults.toSorted((a, b) => comparePlaces(a.place, b.place));
  return sorted.filter((fault, index) => {
    const before = sorted[index - 1];
    return !(before && comparePlaces(before.place, fault.place) === 0 && before.message === fault.message);
  });
}

function comparePlaces(a: Place, b: Place): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
