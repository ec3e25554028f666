import type { LogDestination } from "./safe-line.ts";

/** Hands a line over; resolves once it is written, and rejects with what kept it from being written. */
export type WriteLine = (line: string) => Promise<void>;

/**
 * Writes the lines of one turn of the event loop to `destination` at once, in the order they came: a write
 * to the system costs as much as a decision, however many lines it takes.
 */
export function groupLines(destination: LogDestination): WriteLine {
  let lines = "";
  let group: PromiseWithResolvers<void> | null = null;

  function write(written: PromiseWithResolvers<void>): void {
    const text = lines;
    lines = "";
    group = null;
    try {
      destination.write(text);
      written.resolve();
    } catch (error) {
      written.reject(error);
    }
  }

  return (line) => {
    if (group === null) {
      group = Promise.withResolvers<void>();
      setImmediate(write, group);
    }
    lines += line;
    return group.promise;
  };
}
