/**
 * Decides again and again about people whose sessions were found live a moment ago, and nothing else.
 * `bun scripts/bench/cached-decisions.ts MILLISECONDS`; prints decisions per second of processor time.
 */
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { belongs, logIn } from "./logged-in.ts";
import { createPeople } from "./person.ts";

const WARM_UP_MS = 1_000;
const BATCH = 64;

const store = await openStore("memory:", { clock: systemClock });
// A cached answer is a permit: denials are not kept.
const people = createPeople(256).filter(belongs);
const { decide } = await logIn({ store, people, clock: systemClock, monotonic: () => 0 });

async function decideFor(durationMs: number): Promise<number> {
  const endsAt = performance.now() + durationMs;
  const before = process.cpuUsage();
  let decided = 0;
  while (performance.now() < endsAt) {
    for (const until = decided + BATCH; decided < until; decided++) {
      if (!(await decide(decided))) throw new Error("somebody who belongs was turned away");
    }
  }
  const { user, system } = process.cpuUsage(before);
  return (decided * 1e6) / (user + system);
}

const roundMs = Number(process.argv[2]);
await decideFor(Math.min(WARM_UP_MS, roundMs));
console.log(await decideFor(roundMs));
await store.close();
