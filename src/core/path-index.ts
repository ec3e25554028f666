import { coversPath, type PathPattern } from "./path.ts";

/** The most specific pattern of a look-up, by what it holds; null where equals hold different things. */
export interface PathHit<T> {
  readonly literalLength: number;
  readonly value: T | null;
}

interface Candidate<T> extends PathHit<T> {
  readonly pattern: PathPattern;
}

/** The paths of one host. A look-up asks once per length that occurs, however many paths there are. */
export interface PathIndex<T> {
  /** By their whole text, where the path's segment must end. */
  readonly literals: ReadonlyMap<string, PathHit<T>>;
  /** Longest first. */
  readonly literalLengths: readonly number[];
  /** By the text before their first wildcard, most specific first. */
  readonly wildcards: ReadonlyMap<string, readonly Candidate<T>[]>;
  readonly wildcardLengths: readonly number[];
}

const SLASH = 47;

export function compilePaths<T>(
  entries: readonly { readonly pattern: PathPattern; readonly value: T }[],
): PathIndex<T> {
  const candidates = entries.map((entry) => ({ ...entry, literalLength: entry.pattern.literalLength }));
  const literals = new Map<string, PathHit<T>>();
  const withWildcard: Candidate<T>[] = [];
  for (const candidate of candidates.sort((a, b) => b.literalLength - a.literalLength)) {
    const [head, ...others] = candidate.pattern.pieces;
    if (others.length > 0) withWildcard.push(candidate);
    else literals.set(head, moreSpecific(literals.get(head) ?? null, candidate));
  }
  const wildcards = Map.groupBy(withWildcard, ({ pattern }) => pattern.pieces[0]);
  return { literals, literalLengths: lengthsOf(literals), wildcards, wildcardLengths: lengthsOf(wildcards) };
}

/** The most specific of the patterns that cover `path`; null where none does. */
export function findPath<T>(index: PathIndex<T>, path: string): PathHit<T> | null {
  let best = findLiteral(index, path);
  for (const length of index.wildcardLengths) {
    if (length > path.length) continue;
    for (const entry of index.wildcards.get(path.slice(0, length)) ?? []) {
      if (best !== null && entry.literalLength < best.literalLength) break;
      if (coversPath(entry.pattern, path)) best = moreSpecific(best, entry);
    }
  }
  return best;
}

/** The hit with more literal text. */
export function moreSpecific<T>(best: PathHit<T> | null, hit: PathHit<T>): PathHit<T> {
  if (best === null || hit.literalLength > best.literalLength) return hit;
  if (hit.literalLength < best.literalLength || hit.value === best.value) return best;
  return { literalLength: best.literalLength, value: null };
}

function findLiteral<T>({ literals, literalLengths }: PathIndex<T>, path: string): PathHit<T> | null {
  for (const length of literalLengths) {
    if (length < path.length ? path.charCodeAt(length) !== SLASH : length > path.length) continue;
    const hit = literals.get(path.slice(0, length));
    if (hit !== undefined) return hit;
  }
  return null;
}

/** The lengths of the keys, longest first, each once. */
function lengthsOf(map: ReadonlyMap<string, unknown>): number[] {
  return [...new Set([...map.keys()].map((key) => key.length))].sort((a, b) => b - a);
}
