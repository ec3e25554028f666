/** Dotted numbers, and what follows them: `5.14.0-25.el9` is 5, 14, 0 and `-25.el9`. */
export interface Version {
  readonly numbers: readonly number[];
  readonly suffix: string;
}

const MAX_LENGTH = 128;
// At most 15 digits: what a double holds exactly.
const VERSION = /^(\d{1,15}(?:\.\d{1,15})*)((?:[-+~_ (].*)?)$/;
const PRERELEASE = /(?<![a-z])(?:alpha|beta|dev|pre|rc)(?![a-z])/i;

/** Null for what is no version, and for a pre-release: where it stands among the others is anyone's guess. */
export function parseVersion(text: string): Version | null {
  const parts = text.length <= MAX_LENGTH ? VERSION.exec(text) : null;
  const [, dotted, suffix] = parts ?? [];
  if (dotted === undefined || suffix === undefined || PRERELEASE.test(suffix)) return null;
  return { numbers: dotted.split(".").map(Number), suffix: suffix.trim() };
}

/** Below, at or above zero as `a` is older than, the same as or newer than `b`; `1.2` is `1.2.0`. */
export function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
