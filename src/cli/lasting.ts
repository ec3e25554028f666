import type { Clock } from "../clock.ts";
import type { LogDecision } from "../observe/decision-log.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { LogDestination } from "../observe/safe-line.ts";
import type { Gatherer } from "../pip/gather.ts";
import type { Check } from "../server/admin/admin-app.ts";
import type { Store } from "../store/store.ts";
import type { KeySources } from "./key-sources.ts";
import type { LivePolicies } from "./live-policies.ts";
import type { Rings } from "./open-rings.ts";
import type { WorkerGroup } from "./workers/worker-group.ts";

/** What is opened once and outlives every change of the configuration. */
export interface Lasting {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where lines of the decision log go. */
  readonly logDestination: LogDestination;
  /** Key of hidden values in the log. */
  readonly redactKey: Uint8Array;
  readonly store: Store;
  readonly rings: Rings;
  readonly keySources: KeySources;
  /** What this process is for, where it is one of several; for everything unless told. */
  readonly part: "administration" | "traffic" | undefined;
  /** Those that have the traffic, where this one has the administration. */
  readonly workers: WorkerGroup | undefined;
  /** How the process itself stands, for whoever asks whether it is ready. */
  readonly checks: () => readonly Check[];
  /** To be called where files have changed. */
  readonly reload: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** What an answer needs, whoever asks. */
export interface Answering extends Lasting {
  readonly policies: LivePolicies;
  readonly gatherer: Gatherer;
  readonly logDecision: LogDecision;
}
