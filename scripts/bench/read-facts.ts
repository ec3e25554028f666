import { readCountry } from "../../src/core/country.ts";
import { parseEmail } from "../../src/core/email.ts";
import { type Fact, known, type Provenance, unknown } from "../../src/core/fact.ts";
import { parseIp } from "../../src/core/ip-address.ts";

const MALFORMED = unknown("malformed", "benchmark");

/** Where the facts of a benchmark come from. */
export function learntNow(now: number): Provenance {
  return { source: "benchmark", learntAt: now, expiresAt: Number.POSITIVE_INFINITY };
}

function factOf<T>(value: T | null, from: Provenance): Fact<T> {
  return value === null ? MALFORMED : known(value, from);
}

export const readEmail = (text: string, from: Provenance) => factOf(parseEmail(text), from);
export const readCountryFact = (text: string, from: Provenance) => factOf(readCountry(text), from);
export const readIp = (text: string, from: Provenance) => factOf(parseIp(text), from);

/** Names of groups; the benchmarks use no other kind. */
export function readGroupNames(names: readonly string[], from: Provenance) {
  return known({ ids: NONE, names: new Set(names), emails: NONE }, from);
}

const NONE: ReadonlySet<string> = new Set();
