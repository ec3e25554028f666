import type { Rule } from "../../model.ts";
import { keyOf } from "../analysis/rule-test.ts";
import type { LintRule } from "../finding.ts";

export const DUPLICATE_RULE: LintRule = {
  name: "duplicate-rule",
  level: "hint",
  summary: "The same rule stands twice in one list.",
  check: (context) =>
    context.holders.flatMap((holder) =>
      [holder.include, holder.require, holder.exclude].flatMap(findRepeated).map(({ first, repeated }) => ({
        place: repeated.place,
        reason: `“${context.label(repeated)}” stands in this list already, at line ${first.place.line}`,
        mend: "remove one of them",
        object: holder,
      })),
    ),
};

function findRepeated(rules: readonly Rule[]): readonly { readonly first: Rule; readonly repeated: Rule }[] {
  const firsts = new Map<string, Rule>();
  return rules.flatMap((rule) => {
    const key = keyOf(rule);
    const first = firsts.get(key);
    if (first !== undefined) return [{ first, repeated: rule }];
    firsts.set(key, rule);
    return [];
  });
}
