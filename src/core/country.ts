const COUNTRY_CODE = /^[A-Za-z]{2}$/;

/** Codes that stand for "no country is known": unknown, and the Tor network. */
const NO_COUNTRY: ReadonlySet<string> = new Set(["XX", "T1"]);

/** An ISO 3166-1 alpha-2 code, upper case; null for anything that names no country. */
export function readCountry(value: unknown): string | null {
  if (typeof value !== "string" || !COUNTRY_CODE.test(value)) return null;
  const code = value.toUpperCase();
  return NO_COUNTRY.has(code) ? null : code;
}
