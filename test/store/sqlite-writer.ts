/** Writes to the store named by its argument until it is killed, and prints each number once it is acknowledged. */
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";

const [, , url = "", name = ""] = process.argv;
const store = await openStore(url, { clock: systemClock, timeoutMs: 5_000 });
for (let n = 0; ; n++) {
  await Promise.all([
    store.set(["written", name, String(n)], "x".repeat(n % 1_000), null),
    store.set(["written", name, "latest"], String(n), null),
  ]);
  await Bun.write(Bun.stdout, `${n}\n`);
}
