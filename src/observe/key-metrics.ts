import { Gauge, type Registry } from "prom-client";

/** The key that signs for a purpose. Times are milliseconds since the epoch. */
export interface KeyFigures {
  readonly purpose: string;
  readonly activatedAt: number;
  /** When the next one is to take over. */
  readonly rotatesAt: number;
  /** When the keys were last found in their vault to be up to date. */
  readonly lastSeenAt: number;
}

/** Registers the figures of the signing keys; `read` is called whenever somebody looks. */
export function registerKeyMetrics(registry: Registry, read: () => readonly KeyFigures[]): void {
  const gauge = (
    name: string,
    help: string,
    aggregator: "min" | "max",
    timeOf: (key: KeyFigures) => number,
  ) =>
    new Gauge({
      name,
      help,
      aggregator,
      labelNames: ["purpose"],
      registers: [registry],
      collect() {
        this.reset();
        for (const key of read()) this.set({ purpose: key.purpose }, timeOf(key) / 1000);
      },
    });
  gauge(
    "signing_key_activated_timestamp_seconds",
    "Since when the key signs",
    "min",
    (key) => key.activatedAt,
  );
  gauge(
    "signing_key_rotation_timestamp_seconds",
    "When the next key is to take over",
    "max",
    (key) => key.rotatesAt,
  );
  gauge(
    "signing_keys_last_refresh_timestamp_seconds",
    "When the keys were last looked after in their vault",
    "min",
    (key) => key.lastSeenAt,
  );
}
