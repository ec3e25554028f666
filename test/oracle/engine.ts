import { compilePolicySet } from "../../src/core/compile.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import type { Evaluator } from "./case.ts";
import { decideNaively } from "./naive-evaluator.ts";

/** The evaluator under test. */
export const engine: Evaluator = (set) => {
  const { applications } = compilePolicySet(set);
  return ({ id }, facts, now) => {
    const application = applications.get(id);
    if (application === undefined) throw new Error(`the engine lost the application ${id}`);
    return evaluate(application, facts, now);
  };
};

/** The evaluator it is measured by. */
export const oracle: Evaluator = (set) => (application, facts, now) =>
  decideNaively(set, application, facts, now);
