import { randomBytes } from "node:crypto";
import type { FactName } from "../core/attribute.ts";
import type { Decision } from "../core/decision.ts";
import { current, type Facts } from "../core/fact.ts";
import type { Application } from "../core/model.ts";
import { type DescribeValue, describeFact, showValue } from "./describe-fact.ts";
import { groupLines } from "./grouped-lines.ts";
import { standardOutput } from "./line-writer.ts";
import { createRedactor, type Redactor } from "./redactor.ts";
import { type LogDestination, makeSafe } from "./safe-line.ts";

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
  /** The longest line that is told with the values of its facts; unless given, any. */
  readonly maxLineBytes?: number;
}

/** Logs a decision; resolves once its line is written. Rejects where it could not be. */
export type LogDecision = (record: DecisionRecord) => Promise<void>;

/** The decision log: one JSON line per decision to `destination`, standard output unless given. */
export function createDecisionLog(options: DecisionLogOptions): LogDecision {
  const { values, redact, redactKey = randomBytes(32), destination = standardOutput() } = options;
  const { maxLineBytes = Number.POSITIVE_INFINITY } = options;
  const describeValue = valuesAs(values, createRedactor(redact, redactKey));
  const writeLine = groupLines(destination);
  const showMoment = rememberMoment();

  function render(record: DecisionRecord, describe: DescribeValue): string {
    const { id, repeated = false, facts, used, now, ms } = record;
    const described = used.map((name) =>
      describeFact(name, current<unknown>(facts[name], now), now, describe),
    );
    const own = `{"level":"info","time":"${showMoment(now)}","msg":"decision","id":${JSON.stringify(id)}`;
    const told = `${showOutcome(record)},"facts":${JSON.stringify(described)},"ms":${toMicros(ms)}`;
    return makeSafe(`${own},${told}${repeated ? ',"repeated":true' : ""}}\n`);
  }

  return (record) => {
    const line = render(record, describeValue);
    const isTooLong =
      maxLineBytes < line.length * MAX_BYTES_PER_CHAR && maxLineBytes < Buffer.byteLength(line);
    return writeLine(isTooLong ? render(record, leaveOut) : line);
  };
}

/** In UTF-8, of a character of UTF-16. */
const MAX_BYTES_PER_CHAR = 3;
const leaveOut: DescribeValue = () => ({ truncated: true });

/** The members of a line that are the same for all that one policy decides about an application. */
interface Outcome {
  readonly application: DecisionRecord["application"];
  readonly revision: string;
  readonly json: string;
}

const outcomes = new WeakMap<Decision, Outcome>();

function showOutcome({ application, decision, revision }: DecisionRecord): string {
  const before = outcomes.get(decision);
  if (before?.application === application && before.revision === revision) return before.json;
  const members = {
    application: application.name,
    application_id: application.id,
    policy: decision.policy?.name ?? null,
    policy_id: decision.policy?.id ?? null,
    effect: decision.effect,
    decision: decision.outcome,
    reason: decision.reason,
    cause: decision.cause,
    revision,
  };
  const json = JSON.stringify(members).slice(1, -1);
  outcomes.set(decision, { application, revision, json });
  return json;
}

/** Writes moments (milliseconds since the epoch) as RFC 3339; many decisions are of the same one. */
function rememberMoment(): (now: number) => string {
  let last = { now: 0, text: new Date(0).toISOString() };
  return (now) => {
    if (now !== last.now) last = { now, text: new Date(now).toISOString() };
    return last.text;
  };
}

/** Milliseconds to a thousandth. */
function toMicros(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function valuesAs(values: DecisionLogOptions["values"], redactor: Redactor): DescribeValue {
  if (values === "none") return () => ({});
  return (name, fact) =>
    redactor.hides(name) ? { value: redactor.hash(fact.value), redacted: true } : showValue(name, fact);
}
