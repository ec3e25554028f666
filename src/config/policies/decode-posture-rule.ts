import type { PostureRule } from "../../core/model.ts";
import { acknowledgements } from "./acknowledgements.ts";
import { decodePostureCheck } from "./decode-posture-check.ts";
import type { Entry } from "./directory.ts";
import type { References } from "./references.ts";
import { given } from "./schema-parts.ts";
import { PostureRuleSchema } from "./schema-posture-rule.ts";
import { DurationText, readOptional } from "./texts.ts";
import { refuseUnsupported, UNSUPPORTED_POSTURE_TYPES } from "./unsupported.ts";

export function decodePostureRule({ id, name, at }: Entry, to: References): PostureRule | null {
  if (!refuseUnsupported(at, UNSUPPORTED_POSTURE_TYPES)) return null;
  const json = at.read(PostureRuleSchema);
  if (!json) return null;
  if (json.enabled === false) {
    at.at("enabled").report("a rule that is switched off never passes; remove it and what refers to it");
  }
  const check = decodePostureCheck(json, at.at("input"), to);
  if (!check) return null;
  return {
    id,
    name,
    check,
    platforms: (given(json.match) ?? [])
      .map(({ platform }) => given(platform))
      .filter((platform) => platform !== null),
    expirationMs: readOptional(DurationText, json.expiration),
    acknowledge: acknowledgements(json.acknowledge),
    place: at.place,
  };
}
