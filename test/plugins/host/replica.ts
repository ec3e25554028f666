/** One replica of a fleet, to be killed: polls sixty devices in batches of five. Arguments: store, source, name. */
import { systemClock } from "../../../src/clock.ts";
import { createFleetScheduler } from "../../../src/pip/polling/fleet-scheduler.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { createQueueClient } from "../../../src/store/redis-client.ts";
import { parseStoreUrl } from "../../../src/store/store-url.ts";

export const DEVICES = Array.from({ length: 60 }, (_, index) => `device-${index}`);
export const INTERVAL_MS = 1_000;

if (import.meta.main) {
  const [url = "", source = "", name = ""] = process.argv.slice(2);
  const store = await openStore(url, { clock: systemClock, timeoutMs: 1_000 });
  const location = parseStoreUrl(url);
  if (location.driver !== "redis") throw new Error("a fleet shares a Redis");
  const scheduler = createFleetScheduler({
    connection: createQueueClient(location),
    store,
    clock: systemClock,
    takeoverMs: 1_000,
    onFailure: (_, error) => console.error(error),
  });
  await scheduler.start({
    name: "trust",
    intervalMs: INTERVAL_MS,
    concurrency: 2,
    isFailing: () => false,
    async *list() {
      for (let start = 0; start < DEVICES.length; start += 5) yield DEVICES.slice(start, start + 5);
    },
    async poll(batch) {
      await fetch(`${source}?${name}`, { method: "POST", body: JSON.stringify(batch) });
    },
  });
  process.on("SIGTERM", async () => {
    await scheduler.close();
    await store.close();
  });
}
