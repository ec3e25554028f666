import type { Clock } from "../../src/clock.ts";
import { createGatherer, type Gatherer } from "../../src/pip/gather.ts";
import { definePlugin, t } from "../../src/plugin.ts";
import type { Store } from "../../src/store/store.ts";
import { registryOf, start } from "../../test/pip/rig.ts";

/** How long what the source says counts, in milliseconds. */
export const DEVICE_FACTS_LIVE_MS = 1_000;

/** Brings whether a device is healthy, as `isHealthy` says at that moment, and keeps it in `store`. */
export async function openDeviceSource(
  isHealthy: (device: string) => boolean,
  store: Store,
  clock: Clock,
): Promise<Gatherer> {
  const plugin = definePlugin({
    name: "bench",
    provides: [],
    needs: ["device.id"],
    attributes: { "own.healthy": t.Boolean() },
    config: t.Object({}),
    setup: () => ({
      resolve: async (subject) => ({ "own.healthy": isHealthy(subject["device.id"]) }),
    }),
  });
  const settings = { expiresMs: DEVICE_FACTS_LIVE_MS, concurrency: 1_000 };
  const provider = await start(plugin, { clock, settings });
  const storeLate: Parameters<typeof createGatherer>[0]["storeLate"] = (entries) => {
    for (const { key, value, expiresAt } of entries) store.set(key, value, expiresAt).catch(() => {});
  };
  return createGatherer({ registry: registryOf([provider]), clock, storeLate });
}
