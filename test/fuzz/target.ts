import type { Dice } from "../oracle/dice.ts";

/** Something that reads text from outside, and what must hold whatever the text is. */
export interface Target {
  readonly name: string;
  /** Valid inputs, which mutations start from. */
  readonly corpus: readonly string[];
  /** Texts that mean something to it. */
  readonly dictionary: readonly string[];
  /** An input from scratch, where mutations seldom lead to one that is accepted. */
  readonly draw?: (dice: Dice) => string;
  /** Whether the input was accepted. Throws where something does not hold. */
  check(input: string): boolean | Promise<boolean>;
}

/** Something that should have held. The message is the same for every input that breaks it. */
export class Violation extends Error {
  override readonly name = "Violation";
}

export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Violation(what);
}

type ErrorClass = new (...args: never[]) => Error;

/** What `work` gives; null where it ends in an error of its documented class. Any other error is passed on. */
export function attempt<T>(work: () => T, documented: ErrorClass): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof documented) return null;
    throw error;
  }
}
