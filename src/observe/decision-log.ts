import { randomBytes } from "node:crypto";
import type { FactName } from "../core/attribute.ts";
import type { Decision } from "../core/decision.ts";
import { current, type Facts } from "../core/fact.ts";
import type { Application } from "../core/model.ts";
import { type DescribeValue, describeFact, showValue } from "./describe-fact.ts";
import { standardOutput } from "./log.ts";
import { createRedactor, type Redactor } from "./redactor.ts";
import { guardLines, type LogDestination } from "./safe-line.ts";

/** One decision, as it is written down. */
export interface DecisionRecord {
  readonly id: string;
  /** Whether the same question was answered before, and this only repeats the answer. */
  readonly repeated?: boolean;
  readonly application: Pick<Application, "id" | "name">;
  readonly decision: Decision;
  /** Of the policy set that decided. */
  readonly revision: string;
  readonly facts: Facts;
  /** Names of the facts that could matter. */
  readonly used: readonly FactName[];
  /** When it was decided, milliseconds since the epoch. */
  readonly now: number;
  /** How long the answer took, milliseconds. */
  readonly ms: number;
}

export interface DecisionLogOptions {
  /** Whether values of facts are written. */
  readonly values: "used" | "none";
  /** Attributes whose values are replaced by a keyed hash. */
  readonly redact: readonly string[];
  /** Key of that hash; one of its own per process unless given. */
  readonly redactKey?: Uint8Array;
  readonly destination?: LogDestination;
}

export type LogDecision = (record: DecisionRecord) => void;

/** The decision log: one JSON line per decision to `destination`, standard output unless given. */
export function createDecisionLog(options: DecisionLogOptions): LogDecision {
  const { values, redact, redactKey = randomBytes(32), destination = standardOutput() } = options;
  const describeValue = valuesAs(values, createRedactor(redact, redactKey));
  const lines = guardLines(destination);
  return (record) => {
    const { id, repeated = false, application, decision, revision, facts, used, now, ms } = record;
    const line = {
      level: "info",
      time: new Date(now).toISOString(),
      msg: "decision",
      id,
      application: application.name,
      application_id: application.id,
      policy: decision.policy?.name ?? null,
      policy_id: decision.policy?.id ?? null,
      effect: decision.effect,
      decision: decision.outcome,
      reason: decision.reason,
      cause: decision.cause,
      revision,
      facts: used.map((name) => describeFact(name, current<unknown>(facts[name], now), now, describeValue)),
      ms,
      ...(repeated ? { repeated } : {}),
    };
    lines.write(`${JSON.stringify(line)}\n`);
  };
}

function valuesAs(values: DecisionLogOptions["values"], redactor: Redactor): DescribeValue {
  if (values === "none") return () => ({});
  return (name, fact) =>
    redactor.hides(name) ? { value: redactor.hash(fact.value), redacted: true } : showValue(name, fact);
}
