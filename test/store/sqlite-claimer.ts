/** Claims a thousand keys of the store named by its argument and prints how many it got. */
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";

const [, , url = "", name = ""] = process.argv;
const store = await openStore(url, { clock: systemClock, timeoutMs: 5_000 });
let got = 0;
for (let n = 0; n < 1_000; n++) {
  const { claimed } = await store.claim(["claim", String(n)], name, null);
  if (claimed) got++;
}
await store.close();
await Bun.write(Bun.stdout, String(got));
