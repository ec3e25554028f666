/** A fact's value as JSON has it. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** Entries of one set, list or map that are written: no line grows with the number of groups of a person. */
const MAX_ENTRIES = 100;
/** Characters of one string that are written. */
const MAX_CHARACTERS = 1024;

export interface PlainLimits {
  readonly entries: number;
  readonly characters: number;
}

const LIMITS: PlainLimits = { entries: MAX_ENTRIES, characters: MAX_CHARACTERS };
/** For what is compared and not shown. */
export const UNLIMITED: PlainLimits = {
  entries: Number.POSITIVE_INFINITY,
  characters: Number.POSITIVE_INFINITY,
};

/** A value made plain; `whole` is false where some of it was left out. */
export interface PlainValue {
  readonly value: Plain;
  readonly whole: boolean;
}

/**
 * The value of a fact as JSON: sets become sorted lists, maps become objects, e-mail and IP addresses their text.
 * Equal values have equal JSON.
 */
export function toPlain(value: unknown, limits: PlainLimits = LIMITS): PlainValue {
  let whole = true;
  const take = <T>(entries: readonly T[]): readonly T[] => {
    if (entries.length <= limits.entries) return entries;
    whole = false;
    return entries.slice(0, limits.entries);
  };
  const cut = (text: string): string => {
    if (text.length <= limits.characters) return text;
    whole = false;
    return text.slice(0, limits.characters);
  };
  const convert = (part: unknown): Plain => {
    switch (typeof part) {
      case "string":
        return cut(part);
      case "boolean":
        return part;
      case "number":
        return Number.isFinite(part) ? part : String(part);
      case "object":
        return part === null ? null : convertObject(part);
      default:
        return null;
    }
  };
  const convertObject = (part: object): Plain => {
    if (part instanceof Set) return take([...part].sort()).map(convert);
    if (Array.isArray(part)) return take(part).map(convert);
    if ("address" in part && "domain" in part) return convert(part.address);
    if ("family" in part && "text" in part) return convert(part.text);
    const entries = part instanceof Map ? [...part] : Object.entries(part);
    const sorted = entries.map(([key, entry]) => [cut(String(key)), entry] as const).sort(byKey);
    return Object.fromEntries(take(sorted).map(([key, entry]) => [key, convert(entry)]));
  };
  return { value: convert(value), whole };
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}
