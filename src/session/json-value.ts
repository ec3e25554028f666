/** Access leaves out, empties or nulls what it does not have. */
export function isMissing(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

/** A text that says something. */
export function readText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A list of such texts; null where one entry is none. */
export function readTexts(value: unknown): ReadonlySet<string> | null {
  if (!Array.isArray(value)) return null;
  const texts = value.map(readText);
  return texts.every((text) => text !== null) ? new Set(texts) : null;
}

/** The own properties of a JSON object. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}
