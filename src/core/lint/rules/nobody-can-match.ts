import type { RuleLists } from "../../model.ts";
import { meetAll, type Region } from "../analysis/region.ts";
import { some } from "../analysis/value-set.ts";
import type { LintContext, Placement } from "../context.ts";
import type { Finding, LintRule } from "../finding.ts";

export const NOBODY_CAN_MATCH: LintRule = {
  name: "nobody-can-match",
  level: "error",
  summary: "The rules of a policy or a group contradict each other, so that it never matches.",
  check: (context) => [
    ...context.holders
      .filter((holder) => context.reach.whereListsMatch(holder) === null)
      .map((holder) => ({
        place: holder.place,
        reason: `nobody can match "${holder.name}": ${explainContradiction(holder, context)}`,
        mend: MEND,
        object: holder,
      })),
    ...context.placements.flatMap((placement) => findRefusedLogins(placement, context)),
  ],
};

const MEND =
  "remove one of the two; where one of several values is enough, put them into a group and require the group";

/** Allow policies that only people match who logged in by a method which the application refuses. */
function findRefusedLogins({ application, policy }: Placement, { reach }: LintContext): readonly Finding[] {
  const { allowedIdps } = application;
  const rules = reach.whereListsMatch(policy);
  if (policy.effect !== "allow" || allowedIdps.length === 0 || rules === null) return [];
  const values = some(...allowedIdps.map((idp) => ({ kind: "text" as const, text: idp })));
  if (meetAll([rules, new Map([["identity.login_method", values]])]) !== null) return [];
  return [
    {
      place: policy.place,
      reason: `nobody can match "${policy.name}": the application "${application.name}" accepts none of the login methods it asks for`,
      mend: "add the login method to allowed_idps, or ask for one that is there",
      object: policy,
    },
  ];
}

/** One demand of the lists, in words. */
interface Demand {
  readonly words: string;
  readonly region: Region;
}

function explainContradiction({ include, require, exclude }: RuleLists, context: LintContext): string {
  const { reach, label } = context;
  const demands: readonly Demand[] = [
    ...require.map((rule) => ({ words: `“${label(rule)}”`, region: reach.whereMatches(rule) })),
    ...exclude.map((rule) => ({ words: `“not ${label(rule)}”`, region: reach.whereFails(rule) })),
  ];
  const impossible = demands.find(({ region }) => region === null);
  if (impossible !== undefined) return `${impossible.words} is never so`;
  const included = include.map((rule) => ({ words: `“${label(rule)}”`, region: reach.whereMatches(rule) }));
  return (
    findPair(demands) ?? findPair([...included, ...demands]) ?? "what it requires and excludes leaves nobody"
  );
}

function findPair(demands: readonly Demand[]): string | null {
  for (const [index, first] of demands.entries())
    for (const second of demands.slice(index + 1))
      if (meetAll([first.region, second.region]) === null)
        return `${first.words} and ${second.words} are never so together`;
  return null;
}
