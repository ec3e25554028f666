import type { OwnFactName, OwnValue } from "../attribute.ts";
import { type Judgement, NO_MATCH } from "../verdict.ts";
import type { CheckKind, CheckOf } from "./check-kind.ts";
import {
  type CompiledCheck,
  decided,
  INCOMPLETE,
  MALFORMED,
  MISSING,
  onFact,
  undecidable,
} from "./compiled-check.ts";
import { HOLDS, SIGNS } from "./operator.ts";

type AttributeCheck = CheckOf<"attribute">;

/** An attribute that a plugin declared compares as the rule says. Values of different types never do. */
export const OWN_ATTRIBUTE: CheckKind<"attribute"> = {
  compile({ attribute, operator, value }) {
    const name: OwnFactName = `own.${attribute}`;
    switch (operator) {
      case "in":
        return typeof value === "object" ? isIn(name, value) : undecidable("unsupported");
      case "contains":
        return typeof value === "string" ? contains(name, value) : undecidable("unsupported");
      case "==":
      case "!=":
        return equals(name, value, operator === "==");
      default:
        return isFiniteNumber(value) ? compares(name, HOLDS[operator], value) : undecidable("unsupported");
    }
  },
  describe: ({ attribute, operator, value }) =>
    `own.${attribute} ${ATTRIBUTE_SIGNS[operator]} ${typeof value === "object" ? value.join(", ") : value}`,
};

const ATTRIBUTE_SIGNS: { readonly [O in AttributeCheck["operator"]]: string } = {
  ...SIGNS,
  "!=": "≠",
  in: "is one of",
  contains: "contains",
};

function isIn(name: OwnFactName, values: readonly string[]): CompiledCheck {
  const wanted = new Set(values);
  return onScalar(name, (actual) => (typeof actual === "string" ? decided(wanted.has(actual)) : MALFORMED));
}

/** A part of a set proves that something is in it, never that it is not. */
function contains(name: OwnFactName, wanted: string): CompiledCheck {
  return onFact(name, NO_MATCH, ({ value: actual, complete }) => {
    if (!isSet(actual)) return MALFORMED;
    if (actual.has(wanted)) return decided(true);
    return complete ? NO_MATCH : INCOMPLETE;
  });
}

function equals(name: OwnFactName, wanted: AttributeCheck["value"], equal: boolean): CompiledCheck {
  if (!isScalar(wanted)) return undecidable("unsupported");
  return onScalar(name, (actual) =>
    isScalar(actual) && typeof actual === typeof wanted ? decided((actual === wanted) === equal) : MALFORMED,
  );
}

function compares(name: OwnFactName, holds: (difference: number) => boolean, wanted: number): CompiledCheck {
  return onScalar(name, (actual) => (isFiniteNumber(actual) ? decided(holds(actual - wanted)) : MALFORMED));
}

function onScalar(name: OwnFactName, judgeValue: (value: OwnValue) => Judgement): CompiledCheck {
  return onFact(name, MISSING, ({ value }) => judgeValue(value));
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "boolean" || isFiniteNumber(value);
}

function isSet(value: OwnValue): value is ReadonlySet<string> {
  return value instanceof Set;
}
