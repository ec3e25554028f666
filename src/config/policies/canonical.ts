/** Keys that decide nothing: where something was written, and what lint is to accept. */
const LEFT_OUT: ReadonlySet<string> = new Set(["place", "acknowledge"]);

/** One text for all spellings of the same decisions: keys sorted, places and acknowledgements left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (LEFT_OUT.has(key)) return undefined;
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
