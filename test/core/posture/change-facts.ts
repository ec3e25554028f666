import type { FactName } from "../../../src/core/attribute.ts";
import type { Fact, Facts } from "../../../src/core/fact.ts";

/** What is made of one fact; undefined leaves it out. */
export type Change = <T>(fact: Fact<T>, name: FactName) => Fact<T> | undefined;

/** The facts, each changed. */
export function changeFacts(facts: Facts, change: Change): Facts {
  const changed: Facts = {};
  for (const name of namesOf(facts)) {
    const fact: Fact<unknown> | undefined = facts[name];
    const other = fact && change(fact, name);
    if (other !== undefined) Object.assign(changed, { [name]: other });
  }
  return changed;
}

export function namesOf(facts: Facts): FactName[] {
  const isName = (name: string): name is FactName => name in facts;
  return Object.keys(facts).filter(isName);
}
