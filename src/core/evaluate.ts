import { type CompiledApplication, type CompiledPolicy, denials } from "./compile.ts";
import type { Decision } from "./decision.ts";
import { current, type Facts } from "./fact.ts";
import { CAN_FAIL, CAN_MATCH, possibilityOf, possibleAll } from "./possibility.ts";
import { possibleLists } from "./rule-lists.ts";
import { type Judgement, MATCH, NO_MATCH, undecided, type Verdict } from "./verdict.ts";

/** What the rules of each policy came to. */
export interface Verdicts {
  verdictOf(policy: CompiledPolicy): Verdict;
}

const LOGIN_REQUIRED = denials("login_required", null);
const IDP_NOT_ALLOWED = denials("idp_not_allowed", null);
const UNDECIDED = denials("undecided", null);
const NO_POLICY_MATCHED = denials("no_policy_matched", null);

/**
 * Answers one request to `application` by what is known of it at `now` (milliseconds since the epoch).
 * Pure. A permit is given only where a policy is known to match, and no Block before it could.
 */
export function evaluate(application: CompiledApplication, facts: Facts, now: number): Decision {
  return decide(application, application.index.judge(facts, now), facts, now);
}

/** The decision that these verdicts lead to; how a trace is recorded. */
export function decide(
  application: CompiledApplication,
  verdicts: Verdicts,
  facts: Facts,
  now: number,
): Decision {
  let someUnknown = false;
  for (const policy of application.firstTier) {
    const verdict = verdicts.verdictOf(policy);
    if (verdict === "match") return policy.permits;
    if (verdict === "unknown") someUnknown = true;
  }
  let loginMayHelp = false;
  let wrongIdp = false;
  let admission: Judgement | null = null;
  for (const policy of application.secondTier) {
    const verdict = verdicts.verdictOf(policy);
    if (verdict === "no_match") continue;
    if (policy.permits === null) {
      if (verdict === "unknown") someUnknown = loginMayHelp = true;
      if (loginMayHelp && couldLoginPermit(application, facts, now)) return LOGIN_REQUIRED.unknown;
      return (verdict === "match" ? policy.matched : policy.undecided)[causeOf(someUnknown)];
    }
    admission ??= judgeAdmission(application, facts, now);
    if (admission === NO_MATCH) {
      wrongIdp ||= verdict === "match";
      continue;
    }
    if (verdict === "match" && admission === MATCH) return policy.permits;
    someUnknown = loginMayHelp = true;
  }
  if (loginMayHelp && couldLoginPermit(application, facts, now)) return LOGIN_REQUIRED.unknown;
  if (wrongIdp) return IDP_NOT_ALLOWED[causeOf(someUnknown)];
  return someUnknown ? UNDECIDED.unknown : NO_POLICY_MATCHED.known;
}

function causeOf(someUnknown: boolean): Decision["cause"] {
  return someUnknown ? "unknown" : "known";
}

/** What every Allow demands beside its rules: a verified person, who used a login method the application takes. */
export function judgeAdmission(application: CompiledApplication, facts: Facts, now: number): Judgement {
  const subject = current(facts["identity.subject"], now);
  const person =
    subject.state === "known" ? MATCH : undecided(subject.state === "unknown" ? subject.why : "missing");
  if (application.allowedIdps === null) return person;
  const login = current(facts["identity.login_method"], now);
  if (login.state === "known" && !application.allowedIdps.has(login.value)) return NO_MATCH;
  if (person !== MATCH) return person;
  if (login.state === "known") return MATCH;
  return undecided(login.state === "unknown" ? login.why : "missing");
}

/**
 * Whether some person could be permitted, everything but the person being as it is.
 * Each rule that asks for the person is taken as free of the others.
 */
function couldLoginPermit(application: CompiledApplication, facts: Facts, now: number): boolean {
  const admission = possibilityOf(judgeAdmission(application, facts, now));
  for (const { permits, lists } of application.secondTier) {
    const rules = possibleLists(lists, facts, now);
    if (permits === null) {
      if ((rules & CAN_FAIL) === 0) return false;
    } else if ((possibleAll([rules, admission]) & CAN_MATCH) !== 0) return true;
  }
  return false;
}
