/** How a run of `bun test` ended. */
export interface TestTotals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Reads the totals from what `bun test` printed and its exit code.
 * A run without totals (a crash, a test that ended the process) has failed, whatever its exit code says.
 */
export function readTotals(output: string, exitCode: number): TestTotals {
  const plain = Bun.stripANSI(output);
  const passed = lastCount(plain, "pass");
  const failed = lastCount(plain, "fail");
  const ended = passed !== null && failed !== null && exitCode === 0;
  return {
    passed: passed ?? 0,
    failed: ended ? failed : Math.max(failed ?? 0, 1),
    skipped: lastCount(plain, "skip") ?? 0,
  };
}

/** `N passed, N failed`, and what was skipped where anything was. */
export function renderTotals({ passed, failed, skipped }: TestTotals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Names of the skipped tests in a JUnit report of `bun test`, as `file: group > name`. */
export function readSkipped(junit: string): string[] {
  const testcase = /<testcase name="([^"]*)" classname="([^"]*)"[^>]*? file="([^"]*)"[^>]*>\s*<skipped/g;
  return [...junit.matchAll(testcase)].map(([, name = "", group = "", file = ""]) =>
    decodeEntities(`${file}: ${group === "" ? "" : `${group} > `}${name}`),
  );
}

function lastCount(output: string, word: "pass" | "fail" | "skip"): number | null {
  const found = [...output.matchAll(new RegExp(`^ *(\\d+) ${word}$`, "gm"))].at(-1)?.[1];
  return found === undefined ? null : Number(found);
}

function decodeEntities(text: string): string {
  const entities: ReadonlyMap<string, string> = new Map([
    ["lt", "<"],
    ["gt", ">"],
    ["quot", '"'],
    ["apos", "'"],
    ["amp", "&"],
  ]);
  return text.replace(/&(\w+);/g, (entity, name: string) => entities.get(name) ?? entity);
}
