import type { Decision } from "../../src/core/decision.ts";
import type { Fact, Facts } from "../../src/core/fact.ts";
import type { Policy, PolicySet, Rule, RuleLists } from "../../src/core/model.ts";
import {
  type Case,
  decideCase,
  describeDecision,
  describeDifference,
  drawCase,
  type Evaluator,
  forget,
  withPolicies,
} from "./case.ts";
import { type Dice, happens, pick, shuffle } from "./dice.ts";
import { drawFacts } from "./draw-facts.ts";
import { ALL_GROUPS, drawPolicy } from "./draw-policies.ts";
import { drawRule } from "./draw-rules.ts";
import { printCase } from "./shrink-case.ts";

/** A truth about every case: how the decision may change when the case changes in a certain way. */
export interface Theorem {
  /** Two cases, the second made from the first. */
  readonly change: (drawn: Case, dice: Dice) => readonly [before: Case, after: Case];
  readonly holds: (before: Decision, after: Decision) => boolean;
}

/** The drawn case and its change where the theorem does not hold for them; null where it does. */
export function findViolation(theorem: Theorem, evaluator: Evaluator, dice: Dice): string | null {
  const [before, after] = theorem.change(drawCase(dice), dice);
  const [first, second] = [decideCase(evaluator, before), decideCase(evaluator, after)];
  if (theorem.holds(first, second)) return null;
  return [describeDecision(first), printCase(before), describeDecision(second), printCase(after)].join("\n");
}

const permitsNoMore = (before: Decision, after: Decision) =>
  before.outcome === "permit" || after.outcome === "deny";
const staysPermitted = (before: Decision, after: Decision) => permitsNoMore(after, before);
const isSame = (before: Decision, after: Decision) => describeDifference(before, after) === null;

/** By name, as sentences. */
export const THEOREMS: Readonly<Record<string, Theorem>> = {
  "ignorance never grants": {
    change: (drawn, dice) => [drawn, { ...drawn, facts: loseFacts(drawn.facts, dice) }],
    holds: permitsNoMore,
  },
  "a permit holds however the unknown turns out": {
    change: (drawn, dice) => [drawn, { ...drawn, facts: learnFacts(drawn.facts, dice) }],
    holds: staysPermitted,
  },
  "a Block never widens": {
    change: (drawn, dice) => {
      const { policies } = drawn.application;
      const block = drawPolicy(dice, "added", "deny");
      return [drawn, withPolicies(drawn, policies.toSpliced(dice(policies.length + 1), 0, block))];
    },
    holds: permitsNoMore,
  },
  "an Exclude or a Require added to a policy that grants never permits more": {
    change: (drawn, dice) => {
      const lists = pick(dice, ["require", "exclude"] as const);
      const narrowed = drawn.application.policies.map((policy) =>
        policy.effect === "deny" || happens(dice, 50)
          ? policy
          : { ...policy, [lists]: [...policy[lists], drawRule(dice, ALL_GROUPS)] },
      );
      return [drawn, withPolicies(drawn, narrowed)];
    },
    holds: permitsNoMore,
  },
  "order inside a rule list is irrelevant": {
    change: (drawn, dice) => [drawn, withLists(drawn, (rules) => shuffle(dice, rules))],
    holds: isSame,
  },
  "repeating a rule is irrelevant": {
    change: (drawn, dice) => [drawn, withLists(drawn, (rules) => [...rules, ...rules.slice(dice(2))])],
    holds: isSame,
  },
  "a group equals its rules written out": {
    change: (drawn, dice) => {
      const group = pick(dice, drawn.set.groups);
      const at = dice(drawn.application.policies.length);
      const asked: Rule = { selector: "group", group: group.id, place: group.place };
      const everyone: Rule = { selector: "everyone", place: group.place };
      const byName = happens(dice, 50)
        ? { include: [asked], require: [], exclude: [] }
        : { include: [everyone], require: [asked], exclude: [] };
      return [withListsAt(drawn, at, byName), withListsAt(drawn, at, group)];
    },
    holds: isSame,
  },
  "Bypass and Service Auth never ask who it is": {
    change: (drawn) => {
      const { policies } = drawn.application;
      const first = policies.filter(({ effect }) => effect === "bypass" || effect === "non_identity");
      const anonymous = Object.keys(drawn.facts)
        .filter((name) => name.startsWith("identity."))
        .reduce(forget, drawn.facts);
      return [withPolicies(drawn, first), withPolicies({ ...drawn, facts: anonymous }, first)];
    },
    holds: isSame,
  },
};

/** All rules of the policies and the groups, list by list. */
function withLists(drawn: Case, change: (rules: readonly Rule[]) => readonly Rule[]): Case {
  const changeLists = <T extends RuleLists>(lists: T): T => ({
    ...lists,
    include: change(lists.include),
    require: change(lists.require),
    exclude: change(lists.exclude),
  });
  const set: PolicySet = { ...drawn.set, groups: drawn.set.groups.map(changeLists) };
  return withPolicies({ ...drawn, set }, drawn.application.policies.map(changeLists));
}

/** The policy at that position with the lists of something else. */
function withListsAt(drawn: Case, at: number, { include, require, exclude }: RuleLists): Case {
  const replace = (policy: Policy, i: number) =>
    i === at ? { ...policy, include, require, exclude } : policy;
  return withPolicies(drawn, drawn.application.policies.map(replace));
}

/**
 * What is learnt and lost together. A posture rule has two sources that may contradict each other, so that
 * losing one of them can settle it: the device is one topic, every other fact its own.
 */
function topicOf(name: string): string {
  return name.startsWith("device.") || name.startsWith("own.") ? "device" : name;
}

/** Some of the topics lost: forgotten, out of reach, or too old. */
function loseFacts(facts: Facts, dice: Dice): Facts {
  const lost = new Map<string, Fact<unknown> | undefined>(Object.entries(facts));
  for (const names of Map.groupBy(lost.keys(), topicOf).values()) {
    const lose = pick(dice, [keep, keep, drop, makeUnknown, expire]);
    for (const name of names) lost.set(name, lose(lost.get(name)));
  }
  const fewer: Facts = {};
  Object.assign(fewer, Object.fromEntries([...lost].filter(([, fact]) => fact !== undefined)));
  return fewer;
}

type Change = (fact: Fact<unknown> | undefined) => Fact<unknown> | undefined;
const keep: Change = (fact) => fact;
const drop: Change = () => undefined;
const makeUnknown: Change = () => ({ state: "unknown", why: "timeout", source: "lost" });
const expire: Change = (fact) => (fact && fact.state !== "unknown" ? { ...fact, expiresAt: 0 } : fact);

/** Every topic of which nothing is known learnt, at random. */
function learnFacts(facts: Facts, dice: Dice): Facts {
  const told = Object.entries(facts).filter(([, fact]) => fact?.state !== "unknown");
  const settled = new Set(told.map(([name]) => topicOf(name)));
  const isSettled = (name: string) => settled.has(topicOf(name));
  const learnt = drawFacts(dice, "bright");
  return {
    ...Object.keys(facts)
      .filter((name) => !isSettled(name))
      .reduce(forget, facts),
    ...Object.keys(learnt).filter(isSettled).reduce(forget, learnt),
  };
}
