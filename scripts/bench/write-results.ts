const START = "<!-- results: written by bun run bench --write -->";
const END = "<!-- end of results -->";

/** Puts `results` in the place of those that the page holds between its two markers. Throws where they are missing. */
export function replaceResults(page: string, results: string): string {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start < 0 || end < start) throw new Error(`the page needs the lines ${START} and ${END}`);
  return `${page.slice(0, start + START.length)}\n${results}\n${page.slice(end)}`;
}
