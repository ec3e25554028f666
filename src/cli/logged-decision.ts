import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { isFactName } from "../core/attribute-codec.ts";
import type { Trace } from "../core/decision.ts";
import { explain } from "../core/explain.ts";
import { type Facts, type FactsDraft, unknown } from "../core/fact.ts";
import { decodeFact, put } from "../core/fact-json.ts";
import type { PolicyDirectory } from "../core/policy-directory.ts";

const LoggedFact = Type.Object({
  name: Type.String(),
  source: Type.String(),
  state: Type.String(),
  why: Type.Optional(Type.String()),
  age_ms: Type.Optional(Type.Number()),
  complete: Type.Optional(Type.Boolean()),
  value: Type.Optional(Type.Unknown()),
  redacted: Type.Optional(Type.Boolean()),
  truncated: Type.Optional(Type.Boolean()),
});

const LoggedDecision = Type.Object({
  msg: Type.Literal("decision"),
  id: Type.String(),
  time: Type.String(),
  application_id: Type.String(),
  decision: Type.String(),
  reason: Type.String(),
  revision: Type.String(),
  facts: Type.Array(LoggedFact),
});

/** One line of the decision log. */
export type LoggedDecision = Static<typeof LoggedDecision>;
const LOGGED = TypeCompiler.Compile(LoggedDecision);

/** Reads one line of a log; null for a line that is not a decision. */
export function readLoggedDecision(line: string): LoggedDecision | null {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return null;
  }
  return LOGGED.Check(json) ? json : null;
}

/** A logged decision, made again; `faithful` tells whether it came out as it was logged. */
export interface Replay {
  readonly trace: Trace;
  /** The moment of the decision, milliseconds since the epoch. */
  readonly now: number;
  readonly faithful: boolean;
}

/** Makes a logged decision again from the facts of its line; null where the application is no longer there. */
export function replayDecision(logged: LoggedDecision, directory: PolicyDirectory): Replay | null {
  const application = directory.policies.applications.get(logged.application_id);
  if (application === undefined) return null;
  const now = Date.parse(logged.time);
  const trace = explain(application, factsOf(logged, now), now);
  const { outcome, reason } = trace.decision;
  return { trace, now, faithful: outcome === logged.decision && reason === logged.reason };
}

/** What the line does not show, because it was hidden or cut short, is not made up: it is unknown. */
function factsOf({ facts }: LoggedDecision, now: number): Facts {
  const read: FactsDraft = {};
  for (const { name, age_ms = 0, source, state, ...rest } of facts) {
    if (!isFactName(name)) continue;
    const shown = rest.redacted !== true && (state !== "known" || rest.value !== undefined);
    const whole = rest.complete !== false && rest.truncated !== true;
    const json = { state, source, value: rest.value, why: rest.why, complete: whole, learntAt: now - age_ms };
    put(read, name, shown ? decodeFact(name, { ...json, expiresAt: null }) : unknown("not_provided", source));
  }
  return read;
}
