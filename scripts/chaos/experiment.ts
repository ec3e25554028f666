import type { Server } from "../servers.ts";
import type { Report } from "./tally.ts";

/** How much of an experiment is run, and with which luck. */
export interface Extent {
  /** It ends after so many requests, or so many seconds; what was begun is finished. */
  readonly requests: number;
  readonly seconds: number;
  /** How much the people of an experiment with a server do, whatever the answers take. */
  readonly perSecond: number;
  /** How long each fault lasts that has no length of its own. */
  readonly faultMs: number;
  readonly seed: number;
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  readonly requests: number;
  readonly faults: number;
}

/** Something that may go wrong around Postern, tried out under load. */
export interface Experiment {
  /** `R1` */
  readonly name: string;
  /** What is done, in a few words. */
  readonly title: string;
  readonly servers: readonly Server[];
  run(extent: Extent): Promise<Report>;
  readonly controls: readonly Control[];
}

/** The same experiment with a guard taken away: the oracle has to find that out. */
export interface Control {
  /** What was taken away. */
  readonly without: string;
  /** The counter that must not stay at zero. */
  readonly shows: "wrongPermits" | "wrongDenies" | "slowRevocations" | "late" | "errors";
  run(extent: Extent): Promise<Report>;
}
