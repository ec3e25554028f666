import { readFile, stat } from "node:fs/promises";
import { wholeOf } from "../core/place.ts";
import { explainFileError } from "./explain-file-error.ts";
import { MAX_FILE_BYTES, type ReadResult, readSource } from "./source.ts";
import { Refusal } from "./text-schema.ts";

/** A file counts as written when two looks so far apart see the same. */
const SETTLE_MS = 10;
const MAX_LOOKS = 50;

/** Reads a file as `readSource` reads text; one that cannot be read is a fault of the file as a whole. Never throws. */
export async function readSourceFile(file: string): Promise<ReadResult> {
  try {
    const bytes = await readSettled(file);
    // The mark is kept, so that it is complained of like anywhere else.
    return readSource(file, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    const message = error instanceof Refusal ? error.message : explainFileError(error);
    return { source: null, faults: [{ place: wholeOf(file), message }] };
  }
}

/**
 * What is in a file once it keeps still. Who writes in place may leave the head of the new text before the tail
 * of the old, for a moment: that can be valid, and is what nobody wrote.
 */
async function readSettled(file: string): Promise<Buffer> {
  let bytes = await readBounded(file);
  for (let looks = 1; looks < MAX_LOOKS; looks++) {
    await Bun.sleep(SETTLE_MS);
    const again = await readBounded(file);
    if (again.equals(bytes)) return bytes;
    bytes = again;
  }
  throw new Refusal("the file changes while it is read; write it aside, then rename it");
}

async function readBounded(file: string): Promise<Buffer> {
  const { size } = await stat(file);
  if (size > MAX_FILE_BYTES) throw new Refusal("the file is larger than 8 MiB; split it");
  return readFile(file);
}
