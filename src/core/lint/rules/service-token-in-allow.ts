import type { Rule } from "../../model.ts";
import { createDemand } from "../analysis/demand.ts";
import type { LintRule } from "../finding.ts";

export const SERVICE_TOKEN_IN_ALLOW: LintRule = {
  name: "service-token-in-allow",
  level: "error",
  summary: "An Allow policy asks for a service token, though it only ever lets people in.",
  check(context) {
    const demand = createDemand(context.findGroup, isServiceToken);
    return context.policies
      .filter(({ effect }) => effect === "allow")
      .flatMap((policy) =>
        [...policy.include, ...policy.require].filter(demand.ofRule).map((entry) => ({
          place: entry.place,
          reason: `“${context.label(entry)}” is never met by a person, and an Allow policy lets in nobody else`,
          mend: "move it to a policy with decision: non_identity (Service Auth)",
          object: policy,
        })),
      );
  },
};

function isServiceToken({ selector }: Rule): boolean {
  return selector === "service_token" || selector === "any_valid_service_token";
}
