import { compilePath, readPath, type Scope } from "./path.ts";
import type { ScalarSource, SpelledSource } from "./source-schema.ts";

/** Reads one value; undefined where it is missing or null, which says that the source does not know. */
export type ReadScalar = (scope: Scope) => unknown;

export function compileScalar(source: ScalarSource): ReadScalar {
  if (typeof source === "string") return compileRead(source);
  if ("all" in source) return compileAll(source.all.map(compileScalar));
  const read = compileRead(source.path);
  const spell = "spelled" in source ? compileSpelling(source) : source.lower_case ? lowerCase : keep;
  return (scope) => {
    const value = read(scope);
    return value === undefined ? undefined : spell(value);
  };
}

function compileRead(path: string): ReadScalar {
  const compiled = compilePath(path);
  return (scope) => readPath(scope, compiled) ?? undefined;
}

function compileSpelling({ spelled }: SpelledSource): (value: unknown) => unknown {
  const spellings = new Map(Object.entries(spelled));
  return (value) => spellings.get(String(value));
}

/** One that is false is enough for a no; what is not known makes no yes. */
function compileAll(reads: readonly ReadScalar[]): ReadScalar {
  return (scope) => {
    const values = reads.map((read) => read(scope));
    if (values.includes(false)) return false;
    return values.every((value) => value === true) ? true : undefined;
  };
}

function lowerCase(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function keep(value: unknown): unknown {
  return value;
}
