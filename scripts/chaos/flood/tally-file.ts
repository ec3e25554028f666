import { appendFile } from "node:fs/promises";
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

const Entry = Type.Object({
  experiment: Type.String(),
  version: Type.String({ description: "Of the package, and of the commit where that is known." }),
  seed: Type.Integer(),
  endedAt: Type.String(),
  seconds: Type.Number(),
  requests: Type.Integer(),
  permits: Type.Integer(),
  excused: Type.Integer(),
  wrongPermits: Type.Integer(),
  wrongDenies: Type.Integer(),
  errors: Type.Integer(),
  slowRevocations: Type.Integer(),
  faults: Type.Integer(),
});
const ENTRY = TypeCompiler.Compile(Entry);

/** What one flood came to: a line of a tally. */
export type TallyEntry = Static<typeof Entry>;

/** What all floods of a tally came to. */
export interface TallySum {
  readonly floods: number;
  readonly requests: number;
  readonly wrongPermits: number;
  readonly versions: readonly string[];
  /** Requests by experiment. */
  readonly byExperiment: ReadonlyMap<string, number>;
}

export function sumUp(entries: readonly TallyEntry[]): TallySum {
  const byExperiment = new Map<string, number>();
  for (const { experiment, requests } of entries) {
    byExperiment.set(experiment, (byExperiment.get(experiment) ?? 0) + requests);
  }
  return {
    floods: entries.length,
    requests: entries.reduce((sum, { requests }) => sum + requests, 0),
    wrongPermits: entries.reduce((sum, { wrongPermits }) => sum + wrongPermits, 0),
    versions: [...new Set(entries.map(({ version }) => version))],
    byExperiment,
  };
}

/** A line for each flood, added as it ends: what was counted is kept whatever comes after. */
export class TallyFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws for a file that is no tally. */
  async read(): Promise<readonly TallyEntry[]> {
    const file = Bun.file(this.#path);
    if (!(await file.exists())) return [];
    const lines = (await file.text()).split("\n").filter((line) => line !== "");
    return lines.map((line, index) => parseEntry(line, `${this.#path}:${index + 1}`));
  }

  add(entry: TallyEntry): Promise<void> {
    return appendFile(this.#path, `${JSON.stringify(entry)}\n`);
  }
}

function parseEntry(line: string, place: string): TallyEntry {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch (cause) {
    throw new Error(`${place}: this is no line of a tally; name another file`, { cause });
  }
  if (!ENTRY.Check(entry)) throw new Error(`${place}: this is no line of a tally; name another file`);
  return entry;
}
