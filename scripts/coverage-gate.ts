/** A file of a gated room with the lines that no test ran. */
export interface CoverageGap {
  readonly file: string;
  /** Line numbers, or null where the file was never loaded. */
  readonly lines: readonly number[] | null;
}

/**
 * Compares an lcov report with the files that must be covered to the last line. `sources` maps their paths
 * to their text: one that the report does not name was never loaded, unless it holds nothing but types.
 */
export function findCoverageGaps(lcov: string, sources: ReadonlyMap<string, string>): CoverageGap[] {
  const missed = readMissedLines(lcov);
  return [...sources].flatMap(([file, text]): CoverageGap[] => {
    const lines = missed.get(file);
    if (lines === undefined) return holdsCode(text) ? [{ file, lines: null }] : [];
    return lines.length > 0 ? [{ file, lines }] : [];
  });
}

export function renderCoverageGap({ file, lines }: CoverageGap): string {
  return lines === null ? `${file}: no test loads it` : `${file}: no test runs line ${lines.join(", ")}`;
}

/** Per file (`SF:`) the lines that ran zero times (`DA:line,count`). */
function readMissedLines(lcov: string): Map<string, number[]> {
  const missed = new Map<string, number[]>();
  for (const record of lcov.split("end_of_record")) {
    const file = /^SF:(.+)$/m.exec(record)?.[1];
    if (file === undefined) continue;
    missed.set(
      file,
      [...record.matchAll(/^DA:(\d+),0$/gm)].map(([, line]) => Number(line)),
    );
  }
  return missed;
}

const transpiler = new Bun.Transpiler({ loader: "ts" });

/** Whether anything is left of a module once its types are gone. */
function holdsCode(text: string): boolean {
  return transpiler
    .transformSync(text)
    .split("\n")
    .some((line) => line.trim() !== "" && !/^(?:import|export \{\};)/.test(line));
}
