/** Loaded into the process that is soaked: writes the bytes of its heap to the file `SOAK_HEAP_FILE`, once a second. */
import { renameSync, writeFileSync } from "node:fs";

const file = process.env.SOAK_HEAP_FILE;
if (file === undefined) throw new Error("SOAK_HEAP_FILE is not set");

function tell(): void {
  writeFileSync(`${file}.new`, String(process.memoryUsage().heapUsed));
  renameSync(`${file}.new`, `${file}`);
}

tell();
setInterval(tell, 1_000).unref();
