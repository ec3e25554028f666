import { type DestinationEntry, type PatternEntry, readEntry } from "./destination.ts";
import { type HostPattern, labelsOverlap } from "./host.ts";
import { compileHosts, findWildcardHosts } from "./host-index.ts";
import { coversPath, pathsOverlap } from "./path.ts";

/** Two destinations, equally specific, that can match the same request: a configuration error. */
export interface Conflict<T> {
  /** The one that was written first. */
  readonly first: DestinationEntry<T>;
  readonly second: DestinationEntry<T>;
}

/** A destination that a more specific host takes requests from, although its own path says more. */
export interface Shadow<T> {
  readonly hidden: DestinationEntry<T>;
  readonly by: DestinationEntry<T>;
}

/**
 * For each destination the first of those before it that it conflicts with. Destinations of the same
 * value never do. Throws `DestinationError`.
 */
export function findConflicts<T>(entries: readonly DestinationEntry<T>[]): readonly Conflict<T>[] {
  const equals = Map.groupBy(
    entries.map(readEntry),
    ({ host, path }) => `${host.rank} ${path.literalLength}`,
  );
  return [...equals.values()]
    .flatMap((group) => splitByBeginning(group, ({ host }) => headOf(host)))
    .flatMap((group) => splitByBeginning(group, ({ host }) => reverse(tailOf(host))))
    .flatMap((group) => splitByBeginning(group, ({ path }) => path.pieces[0]))
    .flatMap(findConflictsAmong);
}

/**
 * Destinations on a wildcard host that requests to a more specific host never reach: what decides
 * there has less to say about the path. Throws `DestinationError`.
 */
export function findShadowed<T>(entries: readonly DestinationEntry<T>[]): readonly Shadow<T>[] {
  const read = entries.map(readEntry);
  const hosts = compileHosts(read, (group) => group);
  return [...Map.groupBy(read, ({ host }) => host.text)].flatMap(([text, group]) =>
    findWildcardHosts(hosts, text)
      .flatMap((wider) => wider.value)
      .flatMap((hidden) => {
        const by = mostSpecificOver(hidden, group);
        const isHidden = by !== null && by.path.literalLength < hidden.path.literalLength;
        return isHidden && by.entry.value !== hidden.entry.value
          ? [{ hidden: hidden.entry, by: by.entry }]
          : [];
      }),
  );
}

/** The one of `group` that takes all requests for the path, if it has a more specific host. */
function mostSpecificOver<T>(hidden: PatternEntry<T>, group: readonly PatternEntry<T>[]) {
  return group
    .filter(({ host, path }) => host.rank > hidden.host.rank && coversPath(path, hidden.path.text))
    .reduce<PatternEntry<T> | null>(
      (best, entry) => (best !== null && best.path.literalLength >= entry.path.literalLength ? best : entry),
      null,
    );
}

function findConflictsAmong<T>(equals: readonly PatternEntry<T>[]): Conflict<T>[] {
  return equals.flatMap((second, index) => {
    const first = equals.find((other, otherIndex) => otherIndex < index && isConflict(other, second));
    return first === undefined ? [] : [{ first: first.entry, second: second.entry }];
  });
}

function isConflict<T>(a: PatternEntry<T>, b: PatternEntry<T>): boolean {
  return a.entry.value !== b.entry.value && pathsOverlap(a.path, b.path) && hostsOverlap(a.host, b.host);
}

/**
 * Splits a group so that entries of different parts begin differently: neither key is the beginning
 * of the other. Patterns that overlap begin alike, and are seldom in large company then.
 */
function splitByBeginning<E>(group: readonly E[], keyOf: (entry: E) => string): E[][] {
  const beginnings = new Map<string, string>();
  let beginning: string | null = null;
  for (const key of [...new Set(group.map(keyOf))].sort()) {
    if (beginning === null || !key.startsWith(beginning)) beginning = key;
    beginnings.set(key, beginning);
  }
  return [...Map.groupBy(group, (entry) => beginnings.get(keyOf(entry))).values()];
}

/** What every host of the pattern begins with; a host without wildcards is the beginning of no other. */
function headOf({ text, labels }: HostPattern): string {
  return labels === null ? `${text}/` : text.slice(0, text.indexOf("*"));
}

function tailOf({ text }: HostPattern): string {
  return text.slice(text.lastIndexOf("*") + 1);
}

function reverse(text: string): string {
  return [...text].reverse().join("");
}

/** Of two hosts of the same rank. */
function hostsOverlap(a: HostPattern, b: HostPattern): boolean {
  if (a.labels === null) return a.text === b.text;
  return a.labels.every((label, index) => labelsOverlap(label, b.labels?.[index] ?? label));
}
