import { parseRange } from "../../ip-address.ts";
import type { Rule, RuleLists } from "../../model.ts";
import { SELECTORS } from "../../selectors/table.ts";
import { isFirstTier, type LintContext, type Placement } from "../context.ts";
import type { LintRule } from "../finding.ts";

export const ANYONE_CAN_ENTER: LintRule = {
  name: "anyone-can-enter",
  level: "error",
  summary: "A policy lets in everyone, or everyone who can read a one-time PIN.",
  check: (context) =>
    context.placements
      .filter((placement) => letsAnyoneIn(placement, context))
      .map((placement) => {
        const { policy, application } = placement;
        return {
          place: policy.place,
          reason: `anyone can enter "${application.name}" by the policy "${policy.name}": it includes anyone, and requires nothing that only some have`,
          mend: "include or require what only the people you mean have, or acknowledge that it is public",
          object: policy,
        };
      }),
};

function letsAnyoneIn({ policy, application, before }: Placement, context: LintContext): boolean {
  if (policy.effect === "deny" || before.some(context.matchesEveryone)) return false;
  const pins = findOneTimePins(context);
  const firstTier = isFirstTier(policy);
  const isAnyone = (rule: Rule): boolean => {
    const group = context.findGroup(rule);
    if (group !== null) return admitsAnyone(group);
    if (rule.selector === "login_method") return !firstTier && pins.has(rule.idp);
    return rule.selector === "everyone" || isAnyAddress(rule);
  };
  const admitsAnyone = ({ include, require, exclude }: RuleLists): boolean =>
    include.some(isAnyone) && require.every(isAnyone) && exclude.every((rule) => isFew(rule, firstTier));
  if (!admitsAnyone(policy) || context.reach.whereListsMatch(policy) === null) return false;
  if (firstTier) return true;
  const { allowedIdps } = application;
  const open = allowedIdps.length === 0 || allowedIdps.some((idp) => pins.has(idp));
  const blocks = before.filter(({ effect }) => effect === "deny");
  return open && blocks.every(({ include }) => include.every((rule) => isFew(rule, false)));
}

/** Ids of the login methods that only ask for an e-mail address, whoever's it is. */
function findOneTimePins({ set }: LintContext): ReadonlySet<string> {
  return new Set(set.identityProviders.filter(({ type }) => type === "onetimepin").map(({ id }) => id));
}

const FEW: ReadonlySet<Rule["selector"]> = new Set([
  "email",
  "email_list",
  "email_domain",
  "geo",
  "ip",
  "ip_list",
]);

/** Whether everyone but whom the rule means is still anyone. Without a person, nobody can be told apart. */
function isFew(rule: Rule, withoutPerson: boolean): boolean {
  if (withoutPerson && SELECTORS[rule.selector].identity === true) return false;
  return FEW.has(rule.selector) && !isAnyAddress(rule);
}

/** `0.0.0.0/0` and `::/0`. */
function isAnyAddress(rule: Rule): boolean {
  return rule.selector === "ip" && parseRange(rule.range)?.text.endsWith("/0") === true;
}
