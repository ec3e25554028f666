import type { FactName, FactValue } from "./attribute.ts";
import type { UnknownReason } from "./reason.ts";

/** A value that its source stands for. Times are milliseconds since the epoch. */
export interface Known<T> {
  readonly state: "known";
  readonly value: T;
  /** False where the value is a set of which only a part was learnt: presence counts, absence does not. */
  readonly complete: boolean;
  readonly source: string;
  readonly learntAt: number;
  /** The first moment at which the fact no longer counts; `Infinity` for never. */
  readonly expiresAt: number;
}

/** The source was asked, answered completely, and there is none. */
export interface Absent {
  readonly state: "absent";
  readonly source: string;
  readonly learntAt: number;
  readonly expiresAt: number;
}

/** Everything else that is missing. It never grants. */
export interface Unknown {
  readonly state: "unknown";
  readonly why: UnknownReason;
  readonly source: string;
}

export type Fact<T> = Known<T> | Absent | Unknown;

/** What is known about one request. A name that is missing is unknown. */
export type Facts = { readonly [N in FactName]?: Fact<FactValue<N>> };

/** Facts while they are being put together. */
export type FactsDraft = { -readonly [N in keyof Facts]: Facts[N] };

/** Where a fact comes from and how long it counts. */
export interface Provenance {
  readonly source: string;
  readonly learntAt: number;
  readonly expiresAt: number;
}

/** A fact learnt further in the future than this is unknown. Milliseconds. */
export const MAX_FUTURE_MS = 5_000;

export function known<T>(value: T, from: Provenance, complete = true): Known<T> {
  const { source, learntAt, expiresAt } = from;
  return { state: "known", value, complete, source, learntAt, expiresAt };
}

export function absent({ source, learntAt, expiresAt }: Provenance): Absent {
  return { state: "absent", source, learntAt, expiresAt };
}

export function unknown(why: UnknownReason, source = ""): Unknown {
  return { state: "unknown", why, source };
}

const NOT_PROVIDED = unknown("not_provided");
const EXPIRED = unknown("expired");
const FROM_THE_FUTURE = unknown("from_the_future");

/** The fact as it counts at `now`: one that is missing, too old or from the future is unknown. */
export function current<T>(fact: Fact<T> | undefined, now: number): Fact<T> {
  if (fact === undefined) return NOT_PROVIDED;
  if (fact.state === "unknown") return fact;
  // Written so that a NaN time falls on the side of unknown.
  if (!(now < fact.expiresAt)) return EXPIRED;
  if (!(fact.learntAt <= now + MAX_FUTURE_MS)) return FROM_THE_FUTURE;
  return fact;
}
