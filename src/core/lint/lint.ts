import type { PolicySet } from "../model.ts";
import type { Place } from "../place.ts";
import { createContext } from "./context.ts";
import type { ReportedFinding } from "./finding.ts";
import type { ProvidedAttributes } from "./provided-attributes.ts";
import { LINT_RULES } from "./rules.ts";

/**
 * Everything dangerous, dead or impossible in a policy set, in order of place. `provided` is null where
 * it is not known what the providers tell. Pure; reading the policies again and again changes nothing.
 */
export function lintPolicies(
  set: PolicySet,
  provided: ProvidedAttributes | null,
): readonly ReportedFinding[] {
  const context = createContext(set, provided);
  const found: ReportedFinding[] = [];
  for (const { name, level, check } of LINT_RULES)
    for (const finding of check(context, found))
      found.push({
        ...finding,
        rule: name,
        level,
        acknowledged: finding.object.acknowledge.get(name) ?? null,
      });
  return found.toSorted((a, b) => comparePlaces(a.place, b.place));
}

function comparePlaces(a: Place, b: Place): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
