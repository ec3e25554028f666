import { type DestinationEntry, readEntry } from "./destination.ts";
import { parseHost } from "./host.ts";
import { compileHosts, findWildcardHosts, type HostIndex } from "./host-index.ts";
import { readPath } from "./path.ts";
import { compilePaths, findPath, moreSpecific, type PathHit, type PathIndex } from "./path-index.ts";

/** Where a request leads. Only `found` can ever be permitted. */
export type ApplicationMatch<T> =
  | { readonly match: "found"; readonly value: T }
  /** `ambiguous`: servers could read the request as one for different applications. */
  | { readonly match: "none" | "ambiguous" | "malformed" };

export interface ApplicationIndex<T> {
  /** Finds by the `Host` and the target of a request, both as they came. */
  find(host: string, target: string): ApplicationMatch<T>;
}

type Hosts<T> = HostIndex<PathIndex<ApplicationMatch<T>>>;

const NONE = { match: "none" } as const;
const AMBIGUOUS = { match: "ambiguous" } as const;
const MALFORMED = { match: "malformed" } as const;

/**
 * Compiles destinations for look-up: an exact host before a partial wildcard before `*`, then the
 * longest literal path; the most specific alone decides. Throws `DestinationError`.
 */
export function compileApplications<T>(entries: readonly DestinationEntry<T>[]): ApplicationIndex<T> {
  const hosts = compileEntries(entries);
  return {
    find(host, target) {
      const name = parseHost(host);
      const readings = readPath(target);
      if (name === null || readings === null) return MALFORMED;
      const match = findReading(hosts, name, readings[0]);
      // A value has one match, so that the same application is the same object.
      return readings.every((path, index) => index === 0 || findReading(hosts, name, path) === match)
        ? match
        : AMBIGUOUS;
    },
  };
}

function compileEntries<T>(entries: readonly DestinationEntry<T>[]): Hosts<T> {
  const matches = new Map<T, ApplicationMatch<T>>();
  const matchOf = (value: T): ApplicationMatch<T> => {
    const match = matches.get(value) ?? { match: "found", value };
    matches.set(value, match);
    return match;
  };
  return compileHosts(entries.map(readEntry), (group) =>
    compilePaths(group.map(({ path, entry }) => ({ pattern: path, value: matchOf(entry.value) }))),
  );
}

function findReading<T>(hosts: Hosts<T>, host: string, path: string): ApplicationMatch<T> {
  const exact = hosts.exact.get(host);
  const hit = (exact && findPath(exact.value, path)) ?? findUnderWildcards(hosts, host, path);
  if (hit === null) return NONE;
  return hit.value ?? AMBIGUOUS;
}

function findUnderWildcards<T>(
  hosts: Hosts<T>,
  host: string,
  path: string,
): PathHit<ApplicationMatch<T>> | null {
  let best: PathHit<ApplicationMatch<T>> | null = null;
  let rank = "";
  for (const entry of findWildcardHosts(hosts, host)) {
    if (best !== null && entry.rank !== rank) break;
    const hit = findPath(entry.value, path);
    if (hit === null) continue;
    best = moreSpecific(best, hit);
    rank = entry.rank;
  }
  return best;
}
