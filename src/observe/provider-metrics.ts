import { Gauge, type Registry } from "prom-client";

/** How a provider fares, as far as figures tell. */
export interface ProviderFigures {
  readonly name: string;
  /** False where it is not asked for a while, because it does not answer. */
  readonly isAnswering: boolean;
  readonly inFlight: number;
  /** Time since its last answer; null before the first. */
  readonly sinceAnswerMs: number | null;
  /** How late its polls are; null where it is not polled. */
  readonly pollLagMs: number | null;
  /** For how long it still wishes to be left alone; 0 where it does not. */
  readonly retryAfterMs: number;
}

/** Registers the figures of providers; `read` is called whenever somebody looks. */
export function registerProviderMetrics(
  registry: Registry,
  read: () => Promise<readonly ProviderFigures[]>,
): void {
  const gauge = (
    name: string,
    help: string,
    aggregator: "min" | "max" | "sum",
    figureOf: (figures: ProviderFigures) => number | null,
  ) =>
    new Gauge({
      name,
      help,
      aggregator,
      labelNames: ["provider"],
      registers: [registry],
      async collect() {
        this.reset();
        for (const figures of await read()) {
          const value = figureOf(figures);
          if (value !== null) this.set({ provider: figures.name }, value);
        }
      },
    });
  gauge(
    "provider_answering",
    "1 where the provider is asked, 0 where it is left alone for a while",
    "min",
    (each) => (each.isAnswering ? 1 : 0),
  );
  gauge("provider_in_flight", "Questions under way", "sum", (each) => each.inFlight);
  gauge("provider_since_answer_seconds", "Time since the last answer", "min", (each) =>
    each.sinceAnswerMs === null ? null : each.sinceAnswerMs / 1000,
  );
  gauge("provider_poll_lag_seconds", "How late the polls are", "max", (each) =>
    each.pollLagMs === null ? null : each.pollLagMs / 1000,
  );
  gauge(
    "provider_retry_after_seconds",
    "For how long the provider still wishes to be left alone",
    "max",
    (each) => each.retryAfterMs / 1000,
  );
}
