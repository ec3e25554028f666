/**
 * Fills an in-memory store with sessions: `bun scripts/bench/session-memory.ts heap|resident COUNT`.
 * Prints the bytes that the process holds more of afterwards, after garbage collection.
 */
import { heapStats } from "bun:jsc";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { fillWithSessions } from "./many-sessions.ts";

const [kind, count] = process.argv.slice(2);

function measure(): number {
  Bun.gc(true);
  // The heap's own count, which has the texts that lie beside it.
  return kind === "heap" ? heapStats().heapSize : process.memoryUsage().rss;
}

const store = await openStore("memory:", { clock: systemClock });
const before = measure();
await fillWithSessions(store, Number(count));
console.log(measure() - before);
// Closed after the collection, so that it was there during it.
await store.close();
