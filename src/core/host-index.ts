import type { HostPattern, LabelPattern } from "./host.ts";

/** What lies under one host pattern. */
export interface HostEntry<T> {
  readonly value: T;
  readonly rank: string;
}

/** Wildcard patterns that keep the same parts of a host: one key, one look-up for all of them. */
interface Shape<T> {
  readonly rank: string;
  readonly labelCount: number;
  /** For each label up to the last wildcard how much of it is kept at either end; null for all of it. */
  readonly kept: readonly ({ readonly start: number; readonly end: number } | null)[];
  readonly entries: Map<string, HostEntry<T>>;
}

/** Hosts without wildcards by name, the others by shape: a look-up costs by shapes, not by hosts. */
export interface HostIndex<T> {
  readonly exact: ReadonlyMap<string, HostEntry<T>>;
  /** By number of labels, most specific first. */
  readonly shapes: ReadonlyMap<number, readonly Shape<T>[]>;
}

/** Compiles what lies under each pattern, all entries of a pattern together. */
export function compileHosts<E extends { readonly host: HostPattern }, T>(
  entries: readonly E[],
  compileGroup: (group: readonly E[]) => T,
): HostIndex<T> {
  const exact = new Map<string, HostEntry<T>>();
  const shapes = new Map<string, Shape<T>>();
  const groups = Map.groupBy(entries, ({ host }) => host.text);
  for (const [text, { labels, rank }] of new Map(entries.map(({ host }) => [host.text, host]))) {
    const entry = { rank, value: compileGroup(groups.get(text) ?? []) };
    if (labels === null) exact.set(text, entry);
    else shapeOf(shapes, labels, rank).entries.set(text, entry);
  }
  const sorted = [...shapes.values()].sort((a, b) => (a.rank < b.rank ? 1 : a.rank > b.rank ? -1 : 0));
  return { exact, shapes: Map.groupBy(sorted, (shape) => shape.labelCount) };
}

/**
 * Entries with wildcards whose pattern covers `host`, the most specific first. The text of a pattern
 * will do for a host: it is covered where all of its hosts are.
 */
export function findWildcardHosts<T>({ shapes }: HostIndex<T>, host: string): readonly HostEntry<T>[] {
  const found: HostEntry<T>[] = [];
  if (shapes.size === 0) return found;
  for (const shape of shapes.get(countLabels(host)) ?? []) {
    const key = maskHost(host, shape.kept);
    const entry = key === null ? undefined : shape.entries.get(key);
    if (entry !== undefined) found.push(entry);
  }
  return found;
}

function shapeOf<T>(shapes: Map<string, Shape<T>>, labels: readonly LabelPattern[], rank: string): Shape<T> {
  const kept = labels
    .slice(0, labels.findLastIndex((label) => typeof label !== "string") + 1)
    .map((label) =>
      typeof label === "string" ? null : { start: label.prefix.length, end: label.suffix.length },
    );
  const key = [
    labels.length,
    ...kept.map((ends) => (ends === null ? "" : `${ends.start}*${ends.end}`)),
  ].join();
  const shape = shapes.get(key) ?? { rank, labelCount: labels.length, kept, entries: new Map() };
  shapes.set(key, shape);
  return shape;
}

function countLabels(host: string): number {
  let count = 1;
  for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) count++;
  return count;
}

/** The host with `*` for what a shape does not keep; null where a label is too short for its ends. */
function maskHost<T>(host: string, kept: Shape<T>["kept"]): string | null {
  let key = "";
  let from = 0;
  for (const ends of kept) {
    const dot = host.indexOf(".", from);
    if (ends === null) key += host.slice(from, dot + 1);
    else if (dot - from < ends.start + ends.end) return null;
    else key += `${host.slice(from, from + ends.start)}*${host.slice(dot - ends.end, dot + 1)}`;
    from = dot + 1;
  }
  return key + host.slice(from);
}
