import type { Rule } from "../../model.ts";
import { createDemand } from "../analysis/demand.ts";
import type { LintRule } from "../finding.ts";

export const SERVICE_AUTH_WITHOUT_CREDENTIAL: LintRule = {
  name: "service-auth-without-credential",
  level: "warning",
  summary: "A Service Auth policy can match a request that shows no credential.",
  check(context) {
    const demand = createDemand(context.findGroup, isCredential);
    return context.policies
      .filter(({ effect }) => effect === "non_identity")
      .filter((policy) => context.reachWithoutPerson.whereListsMatch(policy) !== null)
      .filter((policy) => !demand.ofLists(policy))
      .map((policy) => ({
        place: policy.place,
        reason: `"${policy.name}" lets in requests that show no service token and no certificate, and nobody has to log in for it`,
        mend: "require any_valid_service_token, certificate or the like",
        object: policy,
      }));
  },
};

const CREDENTIALS: ReadonlySet<Rule["selector"]> = new Set([
  "service_token",
  "any_valid_service_token",
  "certificate",
  "common_name",
  "linked_app_token",
]);

function isCredential({ selector }: Rule): boolean {
  return CREDENTIALS.has(selector);
}
