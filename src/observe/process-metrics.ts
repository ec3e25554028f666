import { Counter, Gauge, type Registry } from "prom-client";

const TICK_MS = 100;

/** Registers the figures of this process, and watches it until the result is called. */
export function registerProcessMetrics(registry: Registry): () => void {
  const registers = [registry];
  let worstLagMs = 0;
  let tickedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    worstLagMs = Math.max(worstLagMs, now - tickedAt - TICK_MS);
    tickedAt = now;
  }, TICK_MS);
  timer.unref();
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Memory that is held",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Time of the processor that was used",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1_000_000);
    },
  });
  new Gauge({
    name: "event_loop_lag_seconds",
    help: "The longest that the process stood still since somebody looked last",
    aggregator: "max",
    registers,
    collect() {
      this.set(worstLagMs / 1000);
      worstLagMs = 0;
    },
  });
  return () => clearInterval(timer);
}
