import { readFile, stat } from "node:fs/promises";
import type { Host } from "../../src/plugin.ts";

/** Seen by asking, so that renames, links that are swapped and network file systems all count. */
const LOOK_EVERY_MS = 1_000;

/** What a file held when it was last read. */
export interface WatchedFile<T> {
  /** The last content that could be read. */
  readonly value: T;
  /** Whether that is what the file holds now. */
  readonly isCurrent: boolean;
  /** Looks at once whether the file has changed. */
  look(): Promise<void>;
  close(): void;
}

/**
 * Reads a file and goes on reading it whenever it has been written or replaced, until closed. Rejects where it
 * cannot be read at first; later faults are logged, and keep the last content as one that is not current.
 */
export async function watchFile<T>(
  path: string,
  parse: (bytes: Buffer) => T,
  host: Pick<Host, "log">,
): Promise<WatchedFile<T>> {
  let known = await identify(path);
  let value = parse(await readFile(path));
  let isCurrent = true;
  let looking: Promise<void> | null = null;

  async function read(): Promise<void> {
    const seen = await identify(path).catch(() => "gone");
    if (seen === known) return;
    known = seen;
    try {
      value = parse(await readFile(path));
      isCurrent = true;
    } catch (error) {
      isCurrent = false;
      host.log(`${path} cannot be used: ${error instanceof Error ? error.message : "it cannot be read"}`);
    }
  }

  function look(): Promise<void> {
    looking ??= read().finally(() => {
      looking = null;
    });
    return looking;
  }

  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return {
    get value() {
      return value;
    },
    get isCurrent() {
      return isCurrent;
    },
    look,
    close: () => clearInterval(timer),
  };
}

/** Differs whenever the file was written, or another took its place. */
async function identify(path: string): Promise<string> {
  const { dev, ino, size, mtimeMs } = await stat(path);
  return [dev, ino, size, mtimeMs].join(":");
}
