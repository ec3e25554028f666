/**
 * One replica of a fleet, to be killed: polls sixty devices in batches of five, and one that is its own.
 * Arguments: store, source, name, interval, the name of the provider, and the moment at which it kills itself.
 */
import { systemClock } from "../../../src/clock.ts";
import { createFleetScheduler } from "../../../src/pip/polling/fleet-scheduler.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { createQueueClient } from "../../../src/store/redis-client.ts";
import { parseStoreUrl } from "../../../src/store/store-url.ts";

export const DEVICES = Array.from({ length: 60 }, (_, index) => `device-${index}`);

/** The device that is listed by this replica alone. */
export const ownDevice = (name: string) => `device-of-${name}`;

/** While it lists, once it has listed all, and while it hands out what it has listed. */
export type Moment = "listing" | "listed" | "handing out";

if (import.meta.main) {
  const [url = "", source = "", name = "", intervalMs = "", provider = "", moment = ""] =
    process.argv.slice(2);
  const store = await openStore(url, { clock: systemClock, timeoutMs: 1_000 });
  const location = parseStoreUrl(url);
  if (location.driver !== "redis") throw new Error("a fleet shares a Redis");
  let lists = false;
  const dieAt = (at: Moment) => {
    if (moment === at) process.kill(process.pid, "SIGKILL");
  };
  const scheduler = createFleetScheduler({
    connection: createQueueClient(location),
    store: {
      getMany: (keys) => store.getMany(keys),
      set: (...entry) => store.set(...entry),
      delete: (keys) => store.delete(keys),
      async claim(...entry) {
        const claim = await store.claim(...entry);
        dieAt("listed");
        return claim;
      },
    },
    clock: systemClock,
    elapsedMs: () => performance.now(),
    random: Math.random,
    takeoverMs: 1_000,
    onFailure: (_, error) => console.error(error),
  });
  await scheduler.start({
    name: provider,
    intervalMs: Number(intervalMs),
    concurrency: 2,
    async *list() {
      lists = true;
      yield [ownDevice(name)];
      for (let start = 0; start < DEVICES.length; start += 5) yield DEVICES.slice(start, start + 5);
      dieAt("listing");
    },
    async poll(batch) {
      const { ok, headers } = await fetch(`${source}?${name}`, {
        method: "POST",
        body: JSON.stringify(batch),
      });
      if (lists) dieAt("handing out");
      return { left: ok ? [] : batch, retryAfterMs: Number(headers.get("retry-after")) * 1_000 };
    },
  });
  process.on("SIGTERM", async () => {
    await scheduler.close();
    await store.close();
  });
}
