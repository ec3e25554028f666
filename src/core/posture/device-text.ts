import type { FactName } from "../attribute.ts";
import type { Fact, Facts } from "../fact.ts";
import { type Judgement, undecided } from "../verdict.ts";
import { currentWithin, decided, MISSING } from "./compiled-check.ts";
import { foldCase } from "./fold-case.ts";

/** A text that a rule asks for, exact but for case, in which `${serial_number}` and `${hostname}` are the device's own. */
export interface DeviceText {
  readonly facts: readonly FactName[];
  judge(actual: string, facts: Facts, now: number, maxAgeMs: number): Judgement;
}

const VARIABLE = /(\$\{(?:serial_number|hostname)\})/;
const FACT_OF_VARIABLE = {
  "${serial_number}": "device.serial_number",
  "${hostname}": "device.hostname",
} as const;

/** Literal text, folded, or the fact that stands there. */
type Part = { readonly literal: string } | { readonly fact: "device.serial_number" | "device.hostname" };

export function compileDeviceText(text: string): DeviceText {
  const parts = text
    .split(VARIABLE)
    .filter((part) => part !== "")
    .map(readPart);
  return {
    facts: parts.flatMap((part) => ("fact" in part ? [part.fact] : [])),
    judge(actual, facts, now, maxAgeMs) {
      let wanted = "";
      for (const part of parts) {
        if ("literal" in part) wanted += part.literal;
        else {
          const fact: Fact<string> = currentWithin(facts[part.fact], now, maxAgeMs);
          if (fact.state === "unknown") return undecided(fact.why);
          // An empty name would leave a text that is not the device's own.
          if (fact.state === "absent" || fact.value === "") return MISSING;
          wanted += foldCase(fact.value);
        }
      }
      return decided(foldCase(actual) === wanted);
    },
  };
}

function readPart(text: string): Part {
  return isVariable(text) ? { fact: FACT_OF_VARIABLE[text] } : { literal: foldCase(text) };
}

function isVariable(text: string): text is keyof typeof FACT_OF_VARIABLE {
  return Object.hasOwn(FACT_OF_VARIABLE, text);
}
