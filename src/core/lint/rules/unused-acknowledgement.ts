import type { LintedObject, LintRule } from "../finding.ts";
import { NO_PROVIDER_FOR_ATTRIBUTE } from "./no-provider-for-attribute.ts";

export const UNUSED_ACKNOWLEDGEMENT: LintRule = {
  name: "unused-acknowledgement",
  level: "hint",
  summary: "An object acknowledges a finding that is not there.",
  check({ holders, set, provided }, found) {
    const acknowledged = new Map<LintedObject, Set<string>>();
    for (const { object, rule } of found) {
      const rules = acknowledged.get(object) ?? new Set();
      acknowledged.set(object, rules.add(rule));
    }
    // What is not known to be provided is not looked for.
    const isLookedFor = (rule: string) => provided !== null || rule !== NO_PROVIDER_FOR_ATTRIBUTE.name;
    const objects = [...holders, ...set.applications, ...set.lists, ...set.postureRules];
    return objects.flatMap((object) =>
      [...object.acknowledge.keys()]
        .filter((rule) => isLookedFor(rule) && acknowledged.get(object)?.has(rule) !== true)
        .map((rule) => ({
          place: object.place,
          reason: `"${object.name}" acknowledges ${rule}, which is not found there`,
          mend: "remove the acknowledgement, or put it on the object that the finding is about",
          object,
        })),
    );
  },
};
