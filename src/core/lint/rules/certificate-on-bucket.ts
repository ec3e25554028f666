import type { Rule } from "../../model.ts";
import { createDemand } from "../analysis/demand.ts";
import type { LintRule } from "../finding.ts";

export const CERTIFICATE_ON_BUCKET: LintRule = {
  name: "certificate-on-bucket",
  level: "error",
  summary: "An application tagged r2 asks for a client certificate, which an R2 bucket's domain never sees.",
  check(context) {
    const demand = createDemand(context.findGroup, isCertificate);
    const mentions = (entry: Rule) => context.writeOut(entry).some(({ rule }) => isCertificate(rule));
    return context.placements
      .filter(({ application }) => application.tags.some((tag) => tag.toLowerCase() === "r2"))
      .flatMap(({ application, policy }) =>
        [
          ...[...policy.include, ...policy.require].filter(demand.ofRule),
          ...policy.exclude.filter(mentions),
        ].map((entry) => ({
          place: entry.place,
          reason: `“${context.label(entry)}” finds no certificate at the bucket "${application.name}": mTLS does not work on the custom domain of an R2 bucket`,
          mend: "ask for a service token instead, or remove the tag if this is no bucket",
          object: policy,
        })),
      );
  },
};

function isCertificate({ selector }: Rule): boolean {
  return selector === "certificate" || selector === "common_name";
}
