/** Decides COUNT times from facts at hand, for garbage.ts: `bun scripts/bench/garbage-run.ts SCENARIO COUNT`. */
import { evaluate } from "../../src/core/evaluate.ts";
import { compileOnly } from "./compile.ts";
import { createPeople } from "./person.ts";
import { findScenario } from "./scenarios.ts";

const NOW = Date.UTC(2026, 0, 1);
const [name = "", count] = process.argv.slice(2);
const scenario = findScenario(name);
const application = compileOnly(scenario.policies);
const facts = createPeople(256).map((person) => scenario.readFacts(person, NOW));

let permits = 0;
for (let index = 0; index < Number(count); index++) {
  const known = facts[index & (facts.length - 1)];
  if (known !== undefined && evaluate(application, known, NOW).outcome === "permit") permits++;
}
console.log(`permits ${permits}`);
