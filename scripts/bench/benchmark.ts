import type { Report } from "./report.ts";
import type { Effort } from "./rounds.ts";

/** One benchmark: what `bun run bench NAME` runs. */
export interface Benchmark {
  readonly name: string;
  readonly title: string;
  /** Throws `BenchmarkError` where a program is missing, and where the compared answer differently. */
  run(effort: Effort): Promise<Report>;
}

/** A benchmark could not be run, or its figures would mean nothing. */
export class BenchmarkError extends Error {
  override readonly name = "BenchmarkError";
  constructor(
    readonly code: "missing_program" | "answers_differ" | "program_failed",
    message: string,
  ) {
    super(message);
  }
}

/** Makes sure that all compared answer alike, before anything is measured. */
export function requireSameAnswers(answers: Readonly<Record<string, readonly boolean[]>>): void {
  const [first, ...others] = Object.entries(answers);
  if (first === undefined) return;
  const [reference, expected] = first;
  if (!expected.includes(true) || !expected.includes(false))
    throw new BenchmarkError("answers_differ", `${reference} gives everybody the same answer`);
  for (const [name, given] of others) {
    const index = given.findIndex((answer, at) => answer !== expected[at]);
    if (index >= 0 || given.length !== expected.length)
      throw new BenchmarkError("answers_differ", `${name} and ${reference} disagree on request ${index}`);
  }
}
