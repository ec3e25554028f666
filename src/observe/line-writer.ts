import { constants, fstatSync, openSync, writeSync } from "node:fs";
import type { LogDestination } from "./safe-line.ts";

/** Writes bytes, and says how many of them; throws what `fs.writeSync` throws. */
export type WriteBytes = (bytes: Uint8Array) => number;

export type LogWriteErrorCode = "no_reader" | "reader_stalled" | "not_written";

/** Lines could not be written to the log. */
export class LogWriteError extends Error {
  override readonly name = "LogWriteError";

  constructor(
    readonly code: LogWriteErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface LineWriterOptions {
  /** What the system writes in one piece, whoever else writes there; unless given, all of it. */
  readonly atOnceBytes?: number;
  /** Hears that nothing can be written, once until something can. */
  readonly onBroken?: (error: LogWriteError) => void;
}

/** A pipe that is full is tried again after that. */
const BUSY_MS = 5;
/** A reader may keep everybody waiting for that long: a third of what an answer to a proxy may take. */
const PATIENCE_MS = 50;
/** `PIPE_BUF` of Linux: what a pipe takes as a whole or not at all. */
const PIPE_BUF_BYTES = 4_096;
const NEWLINE = 10;

/**
 * Writes lines to their end, or throws `LogWriteError`. What could not be written is not kept for later: whoever
 * handed it over has heard of it, and a full disk must not fill the memory, too. A reader who has once been too
 * slow is not waited for until they have caught up.
 */
export function createLineWriter(writeBytes: WriteBytes, options: LineWriterOptions = {}): LogDestination {
  const { atOnceBytes = Number.POSITIVE_INFINITY, onBroken = () => {} } = options;
  let torn = false;
  let broken = false;

  function writeSome(bytes: Uint8Array, until: number): number {
    for (;;) {
      try {
        return writeBytes(bytes);
      } catch (error) {
        if (codeOf(error) !== "EAGAIN" || performance.now() >= until) throw error;
        Bun.sleepSync(BUSY_MS);
      }
    }
  }

  function writePiece(piece: Uint8Array, until: number): void {
    let rest = piece;
    while (rest.length > 0) {
      const written = writeSome(rest, until);
      if (written > 0) torn = rest[written - 1] !== NEWLINE;
      rest = rest.subarray(written);
    }
  }

  return {
    atOnceBytes,
    write(lines) {
      const until = broken ? 0 : performance.now() + PATIENCE_MS;
      try {
        // What is left of a line that could not be finished must not spoil the next.
        let rest = Buffer.from(torn ? `\n${lines}` : lines);
        while (rest.length > 0) {
          const piece = rest.subarray(0, lengthOfPiece(rest, atOnceBytes));
          writePiece(piece, until);
          rest = rest.subarray(piece.length);
        }
        broken = false;
      } catch (cause) {
        const error = errorOf(cause);
        if (!broken) onBroken(error);
        broken = true;
        throw error;
      }
    },
  };
}

/** As many whole lines as `atOnceBytes` take; a line that is longer is a piece by itself. */
function lengthOfPiece(lines: Buffer, atOnceBytes: number): number {
  if (lines.length <= atOnceBytes) return lines.length;
  const end = lines.lastIndexOf(NEWLINE, atOnceBytes - 1);
  const first = end < 0 ? lines.indexOf(NEWLINE, atOnceBytes) : end;
  return first < 0 ? lines.length : first + 1;
}

function errorOf(cause: unknown): LogWriteError {
  const code = codeOf(cause);
  if (code === "EPIPE") return new LogWriteError("no_reader", "nobody reads the log any more", { cause });
  if (code === "EAGAIN")
    return new LogWriteError("reader_stalled", "the reader of the log is too slow", { cause });
  const why = cause instanceof Error ? cause.message : "the system does not say why";
  return new LogWriteError("not_written", `the log cannot be written: ${why}`, { cause });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}

let output: LogDestination | null = null;

/** Standard output, written at once: a line that was logged survives a crash. Nobody is let in while it is broken. */
export function standardOutput(): LogDestination {
  output ??= open(1, {
    onBroken: ({ message }) =>
      standardError().write(`${message}: nobody is let in until it can be written\n`),
  });
  return output;
}

let errors: LogDestination | null = null;

/** Standard error; what it does not take is lost. */
export function standardError(): LogDestination {
  errors ??= open(2);
  const opened = errors;
  return {
    write(lines) {
      try {
        opened.write(lines);
      } catch {
        // There is nobody left to tell.
      }
    },
  };
}

function open(standard: 1 | 2, options: LineWriterOptions = {}): LogDestination {
  const fd = withoutBlocking(standard);
  const atOnceBytes = fstatSync(standard).isFile() ? Number.POSITIVE_INFINITY : PIPE_BUF_BYTES;
  return createLineWriter((bytes) => writeSync(fd, bytes), { ...options, atOnceBytes });
}

/** A pipe of our own to the same reader: who shares the one that we were given may rely on its blocking. */
function withoutBlocking(standard: 1 | 2): number {
  if (!fstatSync(standard).isFIFO()) return standard;
  try {
    return openSync(`/proc/self/fd/${standard}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    // Not on Linux, or the pipe is another user's: then a reader who stalls holds us up.
    return standard;
  }
}
