/** What differs from run to run, and what stands for it. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "<time>"],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<id>"],
  [/\b[0-9a-f]{16}\b/g, "<revision>"],
  [/(?<![\w-])[\w-]{43}(?![\w-])/g, "<kid>"],
  [/\bjust now\b|\b\d+ (?:s|min) old\b/g, "<age>"],
  [/\bfor \d+ (?:s|min)\b/g, "<duration>"],
];

/** Output as it can be compared: times, ids and ages replaced, no blanks at the ends of lines. */
export function normalise(text: string): string {
  const replaced = VARYING.reduce((done, [pattern, sign]) => done.replace(pattern, sign), text);
  return replaced.replace(/[ \t]+$/gm, "").trim();
}
