import type { Clock } from "../clock.ts";
import type { Style } from "./terminal.ts";

/** What a verb may touch of the world around it. */
export interface CliIo {
  /** Writes to standard output, as it is. */
  readonly out: (text: string) => void;
  /** Writes to standard error, as it is. */
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly cwd: string;
  readonly style: Style;
  readonly now: Clock;
  /** Ends a verb that runs until it is told to stop. */
  readonly signal: AbortSignal;
}

/** Exit codes of every verb. */
export const EXIT = { fine: 0, findings: 1, misuse: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A verb was called wrongly, or what it was given cannot be read. Its message is for whoever called it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}
