import { compileApplications } from "../../core/application-index.ts";
import type { CompiledApplication, CompiledPolicySet } from "../../core/compile.ts";
import type { Decision, Trace } from "../../core/decision.ts";
import { evaluate } from "../../core/evaluate.ts";
import { explain } from "../../core/explain.ts";
import type { Answer, Expectation, PolicyTest, Target } from "./policy-test.ts";

/** What a test got. */
export interface PolicyTestResult {
  readonly test: PolicyTest;
  readonly passed: boolean;
  readonly answer: Answer;
  /** Null where no application is at the URL. */
  readonly decision: Decision | null;
  /** Of a failure, where an application decided. */
  readonly trace: Trace | null;
}

/** Runs tests against a policy set, at `now` (milliseconds since the epoch). */
export function runPolicyTests(
  tests: readonly PolicyTest[],
  policies: CompiledPolicySet,
  now: number,
): readonly PolicyTestResult[] {
  const find = applicationFinder(policies);
  return tests.map((test) => {
    const application = find(test.target);
    if (application === null) return judge(test, null, () => null);
    return judge(test, evaluate(application, test.facts, now), () => explain(application, test.facts, now));
  });
}

function judge(test: PolicyTest, decision: Decision | null, trace: () => Trace | null): PolicyTestResult {
  const passed = meets(decision, test.expected);
  return { test, passed, answer: answerOf(decision), decision, trace: passed ? null : trace() };
}

function meets(decision: Decision | null, { answer, reason, policy }: Expectation): boolean {
  if (answerOf(decision) !== answer) return false;
  if (reason !== null && decision?.reason !== reason) return false;
  return policy === null || decision?.policy?.id === policy || decision?.policy?.name === policy;
}

function answerOf(decision: Decision | null): Answer {
  if (decision?.outcome === "permit") return "permit";
  return decision?.reason === "login_required" ? "login" : "deny";
}

/** Finds an application by id, or by URL as a request for it would: null where no application is there. */
function applicationFinder({ applications, set }: CompiledPolicySet) {
  const index = compileApplications(
    set.applications.flatMap(({ id, destinations }) =>
      destinations.map((destination) => ({ destination, value: id })),
    ),
  );
  return (target: Target): CompiledApplication | null => {
    if ("application" in target) return applications.get(target.application) ?? null;
    // Not `new URL`, which would tidy up the very paths that a test may be about.
    const [, host = "", path = "/"] = /^https?:\/\/([^/?#]*)(\/.*)?$/s.exec(target.url) ?? [];
    const found = index.find(host, path);
    return found.match === "found" ? (applications.get(found.value) ?? null) : null;
  };
}
