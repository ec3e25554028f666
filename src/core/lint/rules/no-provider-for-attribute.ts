import type { FactName } from "../../attribute.ts";
import { compilePolicySet } from "../../compile.ts";
import type { PolicySet, Rule } from "../../model.ts";
import type { CompiledLists } from "../../rule-lists.ts";
import { allRules } from "../analysis/group-index.ts";
import type { LintContext } from "../context.ts";
import type { LintRule } from "../finding.ts";
import type { ProvidedAttributes } from "../provided-attributes.ts";

export const NO_PROVIDER_FOR_ATTRIBUTE: LintRule = {
  name: "no-provider-for-attribute",
  level: "error",
  summary: "A rule asks for an attribute that nothing in the configuration provides.",
  check(context) {
    const { provided } = context;
    if (provided === null) return [];
    const needs = findNeeds(context);
    return context.holders.flatMap((holder) =>
      allRules(holder).flatMap((rule) => {
        const lacking = (needs.get(rule) ?? []).filter((attribute) => !provided.has(attribute));
        if (lacking.length === 0) return [];
        return [
          {
            place: rule.place,
            reason: `“${context.label(rule)}” can never be decided: nothing provides ${lacking.join(", ")}`,
            mend: "configure a provider of it, or remove the rule",
            object: holder,
          },
        ];
      }),
    );
  },
};

/** What has to be provided for each rule that an application uses. */
function findNeeds({ set, provided }: LintContext): ReadonlyMap<Rule, readonly string[]> {
  const needs = new Map<Rule, readonly string[]>();
  const postures = new Map(set.postureRules.map((rule) => [rule.id, rule]));
  const visit = ({ include, require, exclude }: CompiledLists): void => {
    for (const { rule, matcher, group } of [...include, ...require, ...exclude]) {
      if (group !== null) visit(group);
      else if (rule.selector === "device_posture")
        needs.set(rule, postureNeeds(matcher.facts, postures.get(rule.posture), provided));
      // A group is also compiled for policies in which its rules about the person ask for nothing.
      else if (matcher.facts.length > 0) needs.set(rule, matcher.facts.map(attributeOf));
    }
  };
  for (const { firstTier, secondTier } of compilePolicySet(set).applications.values())
    for (const { lists } of [...firstTier, ...secondTier]) visit(lists);
  return needs;
}

const ASSERTED = "device.asserted_posture";

/** One of two sources will do: what Access asserts, or facts of our own. A platform that is not known will do too. */
function postureNeeds(
  facts: readonly FactName[],
  posture: PolicySet["postureRules"][number] | undefined,
  provided: ProvidedAttributes | null,
): readonly string[] {
  // Cloudflare has no such type of rule, and so asserts nothing of it.
  if (posture?.check.type === "attribute") return [`own.${posture.check.attribute}`];
  if (provided?.has(ASSERTED)) return [];
  return facts.map(attributeOf).filter((name) => name !== ASSERTED && name !== "device.platform");
}

/** `device.provider:kolide-1` → `device.provider`. */
function attributeOf(name: FactName): string {
  const [attribute = name] = name.split(":", 1);
  return attribute;
}
