import { type Check, listChecks, type PolicyChecks } from "../core/checks.ts";
import type { Trace } from "../core/decision.ts";
import { DECISION_REASONS, UNKNOWN_REASONS } from "../core/reason.ts";
import { printable } from "./terminal.ts";

/** Why it was decided so, in one line: the policy that decided, or what kept each policy from permitting. */
export function summarizeTrace(trace: Trace): string {
  const { outcome, policy, reason } = trace.decision;
  if (outcome === "permit" && policy !== null) return `${DECISION_REASONS[reason]}: “${policy.name}”`;
  const obstacles = listChecks(trace).flatMap(obstaclesOf);
  const sentence = obstacles.length === 0 ? DECISION_REASONS[reason] : obstacles.join("; ");
  return printable(sentence);
}

/** What stands between a request and a permit by this policy: of a Block, that it applies. */
function obstaclesOf({ policy, effect, decided, withheld, checks }: PolicyChecks): string[] {
  if (effect === "deny") return decided ? [`blocked by “${policy}”`] : [];
  if (withheld === "no_person") return ["nobody is logged in"];
  return checks.filter(({ isObstacle }) => isObstacle).map(failureOf);
}

function failureOf({ list, label, verdict, why }: Check): string {
  if (verdict === "unknown" && why !== null) return `unknown: ${label} (${UNKNOWN_REASONS[why]})`;
  return `${list === "exclude" ? "excluded" : "does not match"}: ${label}`;
}
