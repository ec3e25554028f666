import { Counter, Gauge, type Registry } from "prom-client";

/** Takes down how a change of the configuration went. */
export type RecordConfigReload = (succeeded: boolean) => void;

/** Registers the figures of the configuration. */
export function registerConfigMetrics(registry: Registry): RecordConfigReload {
  const registers = [registry];
  const reloads = new Counter({
    name: "config_reloads_total",
    help: "Changes of the configuration; a failed one keeps what was loaded before",
    labelNames: ["result"],
    registers,
  });
  const reloadOk = new Gauge({
    name: "config_last_reload_successful",
    aggregator: "min",
    help: "1 where what the configuration says is what serves, 0 where an older one does",
    registers,
  });
  reloadOk.set(1);
  return (succeeded) => {
    reloads.inc({ result: succeeded ? "ok" : "failed" });
    reloadOk.set(Number(succeeded));
  };
}
