import type { PostureScoreConfig } from "../../config/config.ts";
import { suggest } from "../../config/suggest.ts";
import type { PolicySet, PostureRule } from "../../core/model.ts";
import type { Fault } from "../../core/place.ts";
import { type CompiledScore, compileScore } from "../../core/posture/score.ts";

/** What is wrong with scores beside the policies: rules that are not there. */
export function findScoreFaults(
  scores: readonly PostureScoreConfig[],
  { postureRules }: PolicySet,
): readonly Fault[] {
  return scores.flatMap(({ rules }) =>
    rules.flatMap(({ rule, place }) => {
      if (findRule(rule, postureRules) !== null) return [];
      return [{ place, message: explainMissing(rule, postureRules) }];
    }),
  );
}

/** Why a rule was not found. */
function explainMissing(rule: string, rules: readonly PostureRule[]): string {
  const names = rules.map(({ name }) => name);
  if (names.includes(rule)) return "several posture rules have this name; write the id of one";
  const near = suggest(rule, names);
  return `there is no posture rule of this name or id${near === null ? "" : `; did you mean "${near}"?`}`;
}

/** Compiles a score for a policy set; a rule that has gone from it counts as failed. */
export function compileConfiguredScore(
  { rules, healthy }: PostureScoreConfig,
  { postureRules, lists }: PolicySet,
): CompiledScore {
  const parts = rules.map(({ rule, weight }) => ({ rule: findRule(rule, postureRules), weight }));
  return compileScore(parts, healthy, new Map(lists.map((list) => [list.id, list])));
}

/** The rule with this id, or the only one of this name. */
function findRule(idOrName: string, rules: readonly PostureRule[]): PostureRule | null {
  const byId = rules.find(({ id }) => id === idOrName);
  if (byId !== undefined) return byId;
  const [first, second] = rules.filter(({ name }) => name === idOrName);
  return first !== undefined && second === undefined ? first : null;
}
