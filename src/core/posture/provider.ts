import { keyedFact, type ProviderRecord } from "../attribute.ts";
import type { Operator, ProviderCondition, ProviderPostureType } from "../model.ts";
import { type Judgement, MATCH, undecided } from "../verdict.ts";
import { judgeAge, turnOfAge } from "./age.ts";
import type { CheckKind } from "./check-kind.ts";
import { both, decided, MALFORMED, MISSING, onFact, undecidable } from "./compiled-check.ts";
import { HOLDS, SIGNS } from "./operator.ts";
import { compareNumbers, parseVersion } from "./version.ts";

type JudgeValue = (value: string | number | boolean, now: number) => Judgement;

const UNSUPPORTED = undecided("unsupported");
// RFC 3339. A bare number would leave its unit and epoch to be guessed.
const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** What a service provider says of the device meets every condition. Nothing it leaves out is a no. */
export const PROVIDER: CheckKind<ProviderPostureType> = {
  compile({ connection, conditions }) {
    if (conditions.length === 0) return undecidable("unsupported");
    const judges = conditions.map((condition) => ({ field: condition.field, judge: valueJudge(condition) }));
    const judgeRecord = (record: ProviderRecord, now: number) => {
      let judgement = MATCH;
      for (const { field, judge } of judges) {
        const value = record.get(field);
        judgement = both(judgement, value === undefined ? MISSING : judge(value, now));
      }
      return judgement;
    };
    const ages = conditions.filter((condition) => condition.kind === "age");
    const turnOfRecord = (record: ProviderRecord, now: number) => {
      let first = Number.POSITIVE_INFINITY;
      for (const { field, seconds } of ages) {
        first = Math.min(first, turnOfAge(readTimestamp(record.get(field)), seconds * 1_000, now));
      }
      return first;
    };
    return onFact(
      keyedFact("device.provider", connection),
      MISSING,
      ({ value: record }, now) => judgeRecord(record, now),
      ages.length === 0 ? null : ({ value: record }, now) => turnOfRecord(record, now),
    );
  },
  describe: ({ type, conditions }) => `${type} ${conditions.map(describeCondition).join(", ")}`,
};

function valueJudge(condition: ProviderCondition): JudgeValue {
  switch (condition.kind) {
    case "number":
      return numberJudge(condition.operator, condition.value);
    case "version":
      return versionJudge(condition.operator, condition.value);
    case "age":
      return ageJudge(condition.operator, condition.seconds);
    case "one_of": {
      const wanted = new Set(condition.values);
      return (value) => (typeof value === "string" ? decided(wanted.has(value)) : MALFORMED);
    }
    case "boolean":
      return (value) => (typeof value === "boolean" ? decided(value === condition.value) : MALFORMED);
  }
}

function numberJudge(operator: Operator, wanted: number): JudgeValue {
  if (!Number.isFinite(wanted)) return neverJudge;
  const holds = HOLDS[operator];
  return (value) =>
    typeof value === "number" && Number.isFinite(value) ? decided(holds(value - wanted)) : MALFORMED;
}

function versionJudge(operator: Operator, wanted: string): JudgeValue {
  const holds = HOLDS[operator];
  const wantedNumbers = readNumbers(wanted);
  if (wantedNumbers === null) return neverJudge;
  return (value) => {
    const numbers = typeof value === "string" ? readNumbers(value) : null;
    return numbers === null ? MALFORMED : decided(holds(compareNumbers(numbers, wantedNumbers)));
  };
}

/** A provider's versions are numbers alone: what a suffix means is for the provider to say. */
function readNumbers(text: string): readonly number[] | null {
  const version = parseVersion(text);
  return version?.suffix === "" ? version.numbers : null;
}

function ageJudge(operator: Operator, wantedSeconds: number): JudgeValue {
  if (!Number.isFinite(wantedSeconds)) return neverJudge;
  const holds = HOLDS[operator];
  const isFit = (ageMs: number) => holds(ageMs / 1000 - wantedSeconds);
  return (value, now) => judgeAge(readTimestamp(value), now, isFit);
}

/** Milliseconds since the epoch; NaN for what is no timestamp. */
function readTimestamp(value: string | number | boolean | undefined): number {
  return typeof value === "string" && TIMESTAMP.test(value) ? Date.parse(value) : Number.NaN;
}

/** For a condition that no configuration should have let through. */
function neverJudge(): Judgement {
  return UNSUPPORTED;
}

function describeCondition(condition: ProviderCondition): string {
  const { field } = condition;
  switch (condition.kind) {
    case "number":
    case "version":
      return `${field} ${SIGNS[condition.operator]} ${condition.value}`;
    case "age":
      return `${field} ${SIGNS[condition.operator]} ${condition.seconds} s ago`;
    case "one_of":
      return `${field} is ${condition.values.join(" or ")}`;
    case "boolean":
      return `${field} is ${condition.value}`;
  }
}
