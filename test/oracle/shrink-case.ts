import type { Application, Rule, RuleLists } from "../../src/core/model.ts";
import { type Case, forget } from "./case.ts";

/** Leaves out of a failing case whatever it fails without, until nothing more can go. */
export function shrinkCase(failing: Case, fails: (candidate: Case) => boolean): Case {
  for (const candidate of smallerCases(failing)) if (fails(candidate)) return shrinkCase(candidate, fails);
  return failing;
}

/** The case with one thing less, each in turn: the large ones first. */
function* smallerCases(whole: Case): Generator<Case> {
  const { set, application, facts } = whole;
  if (set.applications.length > 1) yield { ...whole, set: { ...set, applications: [application] } };
  for (const groups of without(set.groups)) yield { ...whole, set: { ...set, groups } };
  for (const policies of without(application.policies)) yield withApplication(whole, { policies });
  for (const allowedIdps of without(application.allowedIdps)) yield withApplication(whole, { allowedIdps });
  for (const [i, policy] of application.policies.entries())
    for (const lists of smallerLists(policy))
      yield withApplication(whole, { policies: application.policies.with(i, { ...policy, ...lists }) });
  for (const [i, group] of set.groups.entries())
    for (const lists of smallerLists(group))
      yield { ...whole, set: { ...set, groups: set.groups.with(i, { ...group, ...lists }) } };
  for (const name of Object.keys(facts)) yield { ...whole, facts: forget(facts, name) };
}

function* without<T>(items: readonly T[]): Generator<T[]> {
  for (const i of items.keys()) yield items.toSpliced(i, 1);
}

function* smallerLists({ include, require, exclude }: RuleLists): Generator<RuleLists> {
  for (const fewer of without(include)) yield { include: fewer, require, exclude };
  for (const fewer of without(require)) yield { include, require: fewer, exclude };
  for (const fewer of without(exclude)) yield { include, require, exclude: fewer };
}

function withApplication(whole: Case, change: Partial<Application>): Case {
  const application = { ...whole.application, ...change };
  return { ...whole, application, set: { ...whole.set, applications: [application] } };
}

/** The case on a few lines: its policies, the groups they name, and its facts. */
export function printCase({ set, application, facts, now }: Case): string {
  const lines = [`application ${application.id}, allowed idps [${application.allowedIdps}], now ${now}`];
  for (const policy of application.policies)
    lines.push(`  ${policy.effect} ${policy.id}`, ...printLists(policy));
  for (const group of set.groups) lines.push(`  group ${group.id}`, ...printLists(group));
  for (const [name, fact] of Object.entries(facts))
    lines.push(`  ${name} = ${Bun.inspect(fact, { compact: true })}`);
  return lines.join("\n");
}

function printLists({ include, require, exclude }: RuleLists): string[] {
  const print = (name: string, rules: readonly Rule[]) =>
    rules.map(({ place: _, ...rule }) => `    ${name} ${JSON.stringify(rule)}`);
  return [...print("include", include), ...print("require", require), ...print("exclude", exclude)];
}
