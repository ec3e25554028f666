import type { FactName, FactValue } from "../../src/core/attribute.ts";
import type { Facts } from "../../src/core/fact.ts";
import type { Application, Policy, PolicySet, Rule } from "../../src/core/model.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import type { Evaluator } from "./case.ts";
import { negate, type Outcomes, only } from "./kleene.ts";
import { NaiveEvaluator, type Question } from "./naive-evaluator.ts";
import { type Judgement, NO, YES } from "./naive-facts.ts";

class TakesUnknownForNoMatch extends NaiveEvaluator {
  override outcomesOfRule(rule: Rule, question: Question, inside: readonly string[]): Outcomes {
    const outcomes = super.outcomesOfRule(rule, question, inside);
    return outcomes.has("unknown") ? only.no_match : outcomes;
  }
}

class SkipsUndecidedBlocks extends NaiveEvaluator {
  override isBlocked(verdict: Verdict): boolean {
    return verdict === "match";
  }
}

class SparesWhomItMayExclude extends NaiveEvaluator {
  override sparedBy(exclude: Verdict): Verdict {
    return exclude === "unknown" ? "match" : negate(exclude);
  }
}

class RunsTheTiersBackwards extends NaiveEvaluator {
  override order(policies: readonly Policy[]): readonly Policy[] {
    const isSecond = (policy: Policy) => this.tierOf(policy) === "second";
    return [...policies.filter(isSecond), ...policies.filter((policy) => !isSecond(policy))];
  }
}

class KnowsNoTiers extends NaiveEvaluator {
  override order(policies: readonly Policy[]): readonly Policy[] {
    return policies;
  }
}

class IncludesWhatGroupsExclude extends NaiveEvaluator {
  override outcomesOfGroup(id: string, question: Question, inside: readonly string[]): Outcomes {
    const group = this.set.groups.find((candidate) => candidate.id === id);
    if (group === undefined) return only.unknown;
    const include = [...group.include, ...group.exclude];
    return this.outcomesOfLists({ include, require: group.require, exclude: [] }, question, inside);
  }
}

class PermitsWhomItDoesNotBlock extends NaiveEvaluator {
  override isPermitted(policy: Policy, verdict: Verdict): boolean {
    const isSpared = policy.effect === "deny" && verdict === "no_match";
    return isSpared || super.isPermitted(policy, verdict);
  }
}

class IsContentWithOneRequire extends NaiveEvaluator {
  override allOf(rules: readonly Outcomes[]): Outcomes {
    return rules.length === 0 ? only.match : this.anyOf(rules);
  }
}

class LooksAtTheFirstRuleOnly extends NaiveEvaluator {
  override anyOf(rules: readonly Outcomes[]): Outcomes {
    return rules[0] ?? only.no_match;
  }
}

class WantsExactlyOneMatch extends NaiveEvaluator {
  override anyOf(rules: readonly Outcomes[]): Outcomes {
    const matches = rules.filter((outcomes) => outcomes.has("match"));
    return matches.length > 1 ? only.no_match : super.anyOf(rules);
  }
}

class IgnoresExpiry extends NaiveEvaluator {
  override isOver(): boolean {
    return false;
  }
}

class TrustsTheFuture extends NaiveEvaluator {
  override isAhead(): boolean {
    return false;
  }
}

class AllowsNobodyInParticular extends NaiveEvaluator {
  override judgePerson(): Judgement {
    return YES;
  }
}

class TakesPartsForTheWhole extends NaiveEvaluator {
  override provesAbsence(): boolean {
    return true;
  }
}

class ConsultsThePersonInBypass extends NaiveEvaluator {
  override consultsThePerson(): boolean {
    return true;
  }
}

class TakesAbsentForNoMatch extends NaiveEvaluator {
  override whenAbsent(): Judgement {
    return NO;
  }
}

class IgnoresWhoseGroupsTheyAre extends NaiveEvaluator {
  override judgeBound<N extends FactName>(
    _idp: string | null,
    name: N,
    test: (value: FactValue<N>) => boolean,
  ): Judgement {
    return this.ask(name, test);
  }
}

class IgnoresWhatKindOfGroupsTheyAre extends NaiveEvaluator {
  override judgeKind<N extends FactName>(
    _kind: string,
    idp: string | null,
    name: N,
    test: (value: FactValue<N>) => boolean,
  ): Judgement {
    return this.judgeBound(idp, name, test);
  }
}

class TakesStrangersForItsOwnKind extends NaiveEvaluator {
  override judgeStranger(): Judgement {
    return YES;
  }
}

class AllowsUnknownLoginMethods extends NaiveEvaluator {
  override judgeIdp(application: Application): Judgement {
    const judged = super.judgeIdp(application);
    return judged.verdict === "unknown" ? YES : judged;
  }
}

class CuresEverythingByLogin extends NaiveEvaluator {
  override isCurable(): boolean {
    return true;
  }
}

/** The naive evaluator with one sentence of the language got wrong. */
export interface SeededFault {
  readonly faulty: Evaluator;
  /** The theorems of random policy sets that it breaks by itself, without another evaluator to compare with. */
  readonly breaks: readonly string[];
}

const IGNORANCE = "ignorance never grants";
const COMPLETION = "a permit holds however the unknown turns out";
const NARROWING = "an Exclude or a Require added to a policy that grants never permits more";

export const SEEDED_FAULTS: Readonly<Record<string, SeededFault>> = {
  "what is unknown counts as no match": fault(TakesUnknownForNoMatch, [IGNORANCE, COMPLETION]),
  "a Block that cannot be decided is skipped": fault(SkipsUndecidedBlocks, [IGNORANCE, COMPLETION]),
  "an Exclude that cannot be decided excludes nobody": fault(SparesWhomItMayExclude, [IGNORANCE, COMPLETION]),
  "an unknown login method is an allowed one": fault(AllowsUnknownLoginMethods, [IGNORANCE, COMPLETION]),
  "what a group excludes is included": fault(IncludesWhatGroupsExclude, [
    "a group equals its rules written out",
  ]),
  "whom a Block does not match is let in": fault(PermitsWhomItDoesNotBlock, ["a Block never widens"]),
  "one Require of several is enough": fault(IsContentWithOneRequire, [NARROWING]),
  "only the first rule of a list counts": fault(LooksAtTheFirstRuleOnly, [
    "order inside a rule list is irrelevant",
  ]),
  "exactly one rule of a list must match": fault(WantsExactlyOneMatch, ["repeating a rule is irrelevant"]),
  "Bypass consults the person": fault(ConsultsThePersonInBypass, [
    "Bypass and Service Auth never ask who it is",
  ]),
  "Allow and Block run before Bypass and Service Auth": fault(RunsTheTiersBackwards),
  "policies run as written, without tiers": fault(KnowsNoTiers),
  "expiry is ignored": fault(IgnoresExpiry),
  "what was learnt in the future counts": fault(TrustsTheFuture),
  "an Allow needs no person": fault(AllowsNobodyInParticular),
  "a part of a set proves absence": fault(TakesPartsForTheWhole),
  "whatever is absent counts as no match": fault(TakesAbsentForNoMatch),
  "groups count whatever the identity provider": fault(IgnoresWhoseGroupsTheyAre),
  "groups count whatever the kind of their identity provider": fault(IgnoresWhatKindOfGroupsTheyAre),
  "an identity provider that is not declared is of any kind": fault(TakesStrangersForItsOwnKind),
  "a login would cure everything": fault(CuresEverythingByLogin),
};

function fault(
  Faulty: new (set: PolicySet, facts: Facts, now: number) => NaiveEvaluator,
  breaks: readonly string[] = [],
): SeededFault {
  const faulty: Evaluator = (set) => (application, facts, now) =>
    new Faulty(set, facts, now).decide(application);
  return { faulty, breaks };
}
