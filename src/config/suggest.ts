/** The candidate that `word` is most likely a slip for; null where none is near. */
export function suggest(word: string, candidates: readonly string[]): string | null {
  const given = normalise(word);
  let best: string | null = null;
  let bestDistance = Math.floor(given.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(given, normalise(candidate), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Case, and `-` for `_`, are the commonest slips: they cost nothing. */
function normalise(word: string): string {
  return word.slice(0, 64).toLowerCase().replaceAll("-", "_");
}

/** Insertions, deletions, changes and swaps of neighbours from `a` to `b`; `limit` where it is that many or more. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? limit;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const least = Math.min(cell(i - 1, j - 1) + (same ? 0 : 1), cell(i - 1, j) + 1, cell(i, j - 1) + 1);
      rows[i]?.push(swapped ? Math.min(least, cell(i - 2, j - 2) + 1) : least);
    }
  }
  return Math.min(cell(a.length, b.length), limit);
}
