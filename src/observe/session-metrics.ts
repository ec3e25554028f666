import { Counter, Gauge, type Registry } from "prom-client";

/** What is remembered of live sessions, and how often that was of use. */
export interface CacheFigures {
  readonly hits: number;
  readonly misses: number;
  readonly size: number;
}

export interface SessionMetrics {
  /** Access asked about somebody: a login, or the re-issue of one. */
  recordLogin(permitted: boolean): void;
  /** Logins of a user, an address, a device or a session were ended. */
  recordRevocation(kind: string, durable: boolean): void;
  /** From now on `read` is called whenever somebody looks. */
  watchCache(read: () => CacheFigures): void;
}

/** Registers the figures of logins, revocations and what is remembered of sessions. */
export function registerSessionMetrics(registry: Registry): SessionMetrics {
  const registers = [registry];
  const logins = new Counter({
    name: "logins_total",
    help: "Logins and their re-issues that were decided upon",
    labelNames: ["outcome"],
    registers,
  });
  const revocations = new Counter({
    name: "revocations_total",
    help: "Revocations that were taken; durable where a second server has them",
    labelNames: ["kind", "durable"],
    registers,
  });
  let readCache = (): CacheFigures => ({ hits: 0, misses: 0, size: 0 });
  new Counter({
    name: "session_cache_lookups_total",
    help: "Decisions about somebody, by whether they were remembered",
    labelNames: ["result"],
    registers,
    collect() {
      const { hits, misses } = readCache();
      this.reset();
      this.inc({ result: "hit" }, hits);
      this.inc({ result: "miss" }, misses);
    },
  });
  new Gauge({
    name: "session_cache_entries",
    help: "How many are remembered",
    registers,
    collect() {
      this.set(readCache().size);
    },
  });
  return {
    recordLogin: (permitted) => logins.inc({ outcome: permitted ? "permit" : "deny" }),
    recordRevocation: (kind, durable) => revocations.inc({ kind, durable: String(durable) }),
    watchCache(read) {
      readCache = read;
    },
  };
}
