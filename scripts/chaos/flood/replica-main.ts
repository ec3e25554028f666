/**
 * One replica of a fleet, in a process of its own, as `postern serve` would run it; but its clock can be set, and
 * a guard can be taken from its store. Arguments: configuration, URL of the store, name of the weakness.
 */
import { startService } from "../../../src/cli/compose.ts";
import { systemClock } from "../../../src/clock.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { renderFault } from "../../../src/core/place.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { openPatiently } from "../open-patiently.ts";
import { type News, ORDER } from "./messages.ts";
import { findWeakness } from "./weaknesses.ts";

const FINISHES_WITHIN_MS = 10_000;

const [file = "", storeUrl = "", weakness = ""] = process.argv.slice(2);
let offByMs = 0;
const clock = () => systemClock() + offByMs;

const { config, faults } = await loadConfig(file, {});
if (config === null) throw new Error(faults.map(renderFault).join("\n"));
const store = await openPatiently(() => openStore(storeUrl, { clock }));
const service = await openPatiently(() =>
  startService({ config, clock, store: findWeakness(weakness)(store), logDestination: { write: () => {} } }),
);

async function stop(): Promise<void> {
  await service.stop(FINISHES_WITHIN_MS);
  await store.close();
  process.exit(0);
}

process.on("SIGTERM", () => void stop());
// Nobody is there who would end it.
process.on("disconnect", () => process.exit(1));
process.on("message", async (message: unknown) => {
  if (!ORDER.Check(message)) return;
  if (message.kind === "reload") await service.reload();
  else offByMs = message.offByMs;
  tell({ kind: "done", id: message.id });
});
tell({
  kind: "listening",
  urls: Object.fromEntries(service.listeners.map(({ name, url }) => [name, url])),
});

function tell(news: News): void {
  process.send?.(news);
}
