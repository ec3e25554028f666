import { FIFTY_POLICIES } from "./fifty-policies.ts";
import { PORTUGAL } from "./portugal.ts";
import type { Scenario } from "./scenario.ts";

export const SCENARIOS: readonly Scenario[] = [PORTUGAL, FIFTY_POLICIES];

export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no scenario "${name}"`);
  return found;
}
