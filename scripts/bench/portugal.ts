import { known } from "../../src/core/fact.ts";
import { learntNow, readCountryFact, readEmail } from "./read-facts.ts";
import type { Scenario } from "./scenario.ts";

/** One policy of three rules: staff in Portugal, but for one of them. */
export const PORTUGAL_APPLICATION = {
  name: "wiki",
  domain: "wiki.example.com",
  policies: [
    {
      name: "Staff in Portugal",
      decision: "allow",
      include: [{ email_domain: { domain: "example.com" } }],
      require: [{ geo: { country_code: "PT" } }],
      exclude: [{ email: { email: "mallory@example.com" } }],
    },
  ],
};

export const PORTUGAL: Scenario = {
  name: "Portugal",
  policies: { applications: [PORTUGAL_APPLICATION] },
  cedar: `permit (principal, action, resource) when {
    context.email like "*@example.com" && context.country == "PT" && context.email != "mallory@example.com"
  };`,
  cedarContext: ({ email, country }) => ({ email, country }),
  cerbosConditions: [
    'P.attr.email.endsWith("@example.com") && P.attr.country == "PT" && P.attr.email != "mallory@example.com"',
  ],
  readFacts({ subject, email, country }, now) {
    const from = learntNow(now);
    return {
      "identity.subject": known(subject, from),
      "identity.email": readEmail(email, from),
      "network.country": readCountryFact(country, from),
    };
  },
};
