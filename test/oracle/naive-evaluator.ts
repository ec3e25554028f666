import type { Decision } from "../../src/core/decision.ts";
import type { Facts } from "../../src/core/fact.ts";
import type { Application, Policy, PolicySet, Rule, RuleLists } from "../../src/core/model.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { both, combine, either, negate, type Outcomes, only, open } from "./kleene.ts";
import type { Judgement } from "./naive-facts.ts";
import { isAboutThePerson, NaiveRules } from "./naive-rules.ts";

/** The tier of a policy: the first is judged without a person. */
export type Tier = "first" | "second";

/** How a question is put: of which tier, and whether what a login would settle counts as settled. */
export interface Question {
  readonly tier: Tier;
  readonly afterLogin: boolean;
}

/** A policy that was asked, and what it said. */
interface Reached {
  readonly policy: Policy;
  readonly verdict: Verdict;
}

/**
 * The second evaluator: the meaning of policies written down as plainly as can be, slow, and without a line of
 * the engine. Each method is one sentence of the language, so that a broken copy overrides just that sentence.
 */
export class NaiveEvaluator extends NaiveRules {
  decide(application: Application): Decision {
    const reached: Reached[] = [];
    for (const policy of this.order(application.policies)) {
      const verdict = this.verdictOfPolicy(policy, application);
      reached.push({ policy, verdict });
      if (this.isPermitted(policy, verdict)) return permit(policy);
      if (policy.effect === "deny" && this.isBlocked(verdict)) break;
    }
    return this.deny(application, reached);
  }

  /** Bypass and Service Auth first, each tier in its own order. */
  order(policies: readonly Policy[]): readonly Policy[] {
    const first = policies.filter((policy) => this.tierOf(policy) === "first");
    const second = policies.filter((policy) => this.tierOf(policy) === "second");
    return [...first, ...second];
  }

  tierOf({ effect }: Policy): Tier {
    return effect === "bypass" || effect === "non_identity" ? "first" : "second";
  }

  /** A Block that cannot be decided blocks. */
  isBlocked(verdict: Verdict): boolean {
    return verdict !== "no_match";
  }

  /** Whoever a policy that grants matches is let in; not to be blocked is no permit. */
  isPermitted({ effect }: Policy, verdict: Verdict): boolean {
    return effect !== "deny" && verdict === "match";
  }

  deny(application: Application, reached: readonly Reached[]): Decision {
    const cause = reached.some(({ verdict }) => verdict === "unknown") ? "unknown" : "known";
    const denial = { outcome: "deny", policy: null, effect: null, cause } as const;
    if (this.couldLogIn(application)) return { ...denial, reason: "login_required" };
    const last = reached.at(-1);
    if (last?.policy.effect === "deny" && this.isBlocked(last.verdict)) {
      const reason = last.verdict === "match" ? "policy_blocked" : "block_undecided";
      return { ...denial, reason, policy: last.policy, effect: "deny" };
    }
    if (reached.some(({ policy }) => this.isWithheldByIdp(policy, application)))
      return { ...denial, reason: "idp_not_allowed" };
    const isUndecided = ({ policy, verdict }: Reached) => policy.effect !== "deny" && verdict === "unknown";
    return { ...denial, reason: reached.some(isUndecided) ? "undecided" : "no_policy_matched" };
  }

  /** Whether a login could lead to a permit: some Allow can match, and each Block before it can be passed. */
  couldLogIn(application: Application): boolean {
    for (const policy of application.policies) {
      if (this.tierOf(policy) === "first") continue;
      const possible = this.outcomesOfPolicy(policy, application, true);
      if (policy.effect === "allow" && possible.has("match")) return true;
      if (policy.effect === "deny" && !possible.has("no_match")) return false;
    }
    return false;
  }

  verdictOfPolicy(policy: Policy, application: Application): Verdict {
    return single(this.outcomesOfPolicy(policy, application, false));
  }

  /** Allow demands, beside its rules, a verified person who came by a login method the application accepts. */
  outcomesOfPolicy(policy: Policy, application: Application, afterLogin: boolean): Outcomes {
    const rules = this.outcomesOfLists(policy, { tier: this.tierOf(policy), afterLogin }, []);
    if (policy.effect !== "allow") return rules;
    const person = this.judgePerson();
    const idp = this.judgeIdp(application);
    // Where nobody has logged in, whoever does comes by some login method.
    const methodIsOpen = afterLogin && this.isCurable(person.why) && idp.verdict === "unknown";
    const login = combine(
      both,
      this.settle(person, afterLogin),
      methodIsOpen ? open : this.settle(idp, afterLogin),
    );
    return combine(both, rules, login);
  }

  judgePerson(): Judgement {
    return this.ask("identity.subject", () => true);
  }

  judgeIdp({ allowedIdps }: Application): Judgement {
    if (allowedIdps.length === 0) return { verdict: "match", why: null };
    return this.ask("identity.login_method", (method) => allowedIdps.includes(method));
  }

  /** Whether an Allow's rules matched, and the login method was refused. */
  isWithheldByIdp(policy: Policy, application: Application): boolean {
    if (policy.effect !== "allow" || this.judgeIdp(application).verdict !== "no_match") return false;
    return this.outcomesOfLists(policy, { tier: "second", afterLogin: false }, []).has("match");
  }

  /** Any include, all of require, none of exclude. Without an include nothing matches. */
  outcomesOfLists(lists: RuleLists, question: Question, inside: readonly string[]): Outcomes {
    const outcomes = (rules: readonly Rule[]) =>
      rules.map((rule) => this.outcomesOfRule(rule, question, inside));
    const include = this.anyOf(outcomes(lists.include));
    const require = this.allOf(outcomes(lists.require));
    const exclude = this.anyOf(outcomes(lists.exclude));
    const spared = new Set([...exclude].map((verdict) => this.sparedBy(verdict)));
    return combine(both, combine(both, include, require), spared);
  }

  anyOf(rules: readonly Outcomes[]): Outcomes {
    return rules.reduce((a, b) => combine(either, a, b), only.no_match);
  }

  allOf(rules: readonly Outcomes[]): Outcomes {
    return rules.reduce((a, b) => combine(both, a, b), only.match);
  }

  /** What an exclude list of this verdict leaves of a match. */
  sparedBy(exclude: Verdict): Verdict {
    return negate(exclude);
  }

  outcomesOfRule(rule: Rule, question: Question, inside: readonly string[]): Outcomes {
    if (rule.selector === "group") return this.outcomesOfGroup(rule.group, question, inside);
    if (isAboutThePerson(rule) && !this.consultsThePerson(question.tier)) return only.unknown;
    return this.settle(this.judge(rule), question.afterLogin);
  }

  consultsThePerson(tier: Tier): boolean {
    return tier === "second";
  }

  /** A group means its lists. One that is missing, or that is asked about while it is being asked, is unknown. */
  outcomesOfGroup(id: string, question: Question, inside: readonly string[]): Outcomes {
    const group = this.set.groups.find((candidate) => candidate.id === id);
    if (group === undefined || inside.includes(id)) return only.unknown;
    return this.outcomesOfLists(group, question, [...inside, id]);
  }

  /** With `afterLogin`, what a login would tell can be either. */
  settle({ verdict, why }: Judgement, afterLogin: boolean): Outcomes {
    return afterLogin && this.isCurable(why) ? open : only[verdict];
  }

  verdictOfRule(rule: Rule, tier: Tier, inside: readonly string[]): Verdict {
    return single(this.outcomesOfRule(rule, { tier, afterLogin: false }, inside));
  }
}

/** Decides one request by the naive evaluator. */
export function decideNaively(set: PolicySet, application: Application, facts: Facts, now: number): Decision {
  return new NaiveEvaluator(set, facts, now).decide(application);
}

function permit(policy: Policy): Decision {
  const reason =
    policy.effect === "allow"
      ? "policy_allowed"
      : policy.effect === "bypass"
        ? "policy_bypassed"
        : "service_authorized";
  return { outcome: "permit", reason, policy, effect: policy.effect, cause: "known" };
}

function single(outcomes: Outcomes): Verdict {
  const [verdict, ...more] = outcomes;
  if (verdict === undefined || more.length > 0) throw new Error("a plain verdict was expected");
  return verdict;
}
