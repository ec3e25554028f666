import { evaluate } from "../../src/core/evaluate.ts";
import { factsOfIdentity } from "../../src/session/access-identity.ts";
import { type Benchmark, requireSameAnswers } from "./benchmark.ts";
import { createCedar } from "./cedar.ts";
import { compileOnly } from "./compile.ts";
import { FIFTY_POLICIES } from "./fifty-policies.ts";
import { createPeople, identityOf } from "./person.ts";
import { PORTUGAL } from "./portugal.ts";
import type { Report, Target } from "./report.ts";
import { type Effort, measureRounds, ratio, type Series, timeCalls } from "./rounds.ts";
import type { Scenario } from "./scenario.ts";

const NOW = Date.UTC(2026, 0, 1);
/** A power of two, so that the next one is found by a mask. */
const PEOPLE = createPeople(256);

/** The engine against Cedar, both in this process: one policy of three rules. */
export const PORTUGAL_ENGINE: Benchmark = {
  name: "portugal",
  title: "From raw identity values to a decision: the Portugal policy",
  run: (effort) =>
    compare(PORTUGAL, effort, (ours, theirs) => [
      { name: "against Cedar", unit: "ratio", measured: ratio(theirs, ours), wanted: { atLeast: 100 } },
      {
        name: "decisions on a core",
        unit: "per_second",
        measured: 1e9 / (ours?.figure.median ?? Number.NaN),
        wanted: { atLeast: 3_000_000 },
      },
    ]),
};

/** The same with 50 policies of 5 rules. */
export const FIFTY_ENGINE: Benchmark = {
  name: "fifty",
  title: "From raw identity values to a decision: 50 policies of 5 rules",
  run: (effort) =>
    compare(FIFTY_POLICIES, effort, (ours) => [
      {
        name: "one decision",
        unit: "time",
        measured: ours?.figure.median ?? Number.NaN,
        wanted: { atMost: 4_000 },
      },
    ]),
};

type SetTargets = (ours: Series | undefined, theirs: Series | undefined) => Target[];

async function compare(scenario: Scenario, effort: Effort, setTargets: SetTargets): Promise<Report> {
  const application = compileOnly(scenario.policies);
  const permits = (facts: Parameters<typeof evaluate>[1]) =>
    evaluate(application, facts, NOW).outcome === "permit";
  const cedar = createCedar(scenario);
  const texts = each(PEOPLE, (person) => permits(scenario.readFacts(person, NOW)));
  const theirs = each(PEOPLE, cedar);
  const identities = PEOPLE.map((person) => identityOf(person, new Date(NOW).toISOString()));
  const whole = each(identities, (identity) => permits(factsOfIdentity(identity, NOW)));
  const atHand = each(
    PEOPLE.map((person) => scenario.readFacts(person, NOW)),
    permits,
  );
  const answers = (decide: (index: number) => boolean) => PEOPLE.map((_, index) => decide(index));
  requireSameAnswers({
    Cedar: answers(theirs),
    Postern: answers(texts),
    "Postern, facts at hand": answers(atHand),
  });
  const compared = await measureRounds([contender("Postern", texts), contender("Cedar", theirs)], effort);
  // Other facts in other shapes: measured afterwards, for the engine would be compiled for both.
  const parts = await measureRounds([contender("Postern, facts at hand", atHand)], effort);
  requireSameAnswers({ Cedar: answers(theirs), "Postern, an Access identity": answers(whole) });
  const access = await measureRounds([contender("Postern, an Access identity", whole)], effort);
  return {
    figures: [...compared, ...parts, ...access].map(({ figure }) => figure),
    targets: setTargets(compared[0], compared[1]),
    remarks: [
      "Processor time of one decision. Both are handed texts, parse them and answer, about 256 people of whom a part gets in. Cedar's policies stay parsed in its memory (`statefulIsAuthorized`), and its context holds only what the policies ask for.",
      "“Facts at hand”: the values are parsed already. “An Access identity”: all that Access posts about a person is read, as `/evaluate` does.",
    ],
  };
}

function contender(name: string, decide: (index: number) => boolean) {
  return { name, unit: "time" as const, measure: (roundMs: number) => timeCalls(decide, roundMs) };
}

/** Decides about one after another. */
function each<T>(inputs: readonly T[], decide: (input: T) => boolean): (index: number) => boolean {
  return (index) => {
    const input = inputs[index & (PEOPLE.length - 1)];
    return input !== undefined && decide(input);
  };
}
