import { known } from "../../src/core/fact.ts";
import { learntNow, readCountryFact, readEmail, readGroupNames, readIp } from "./read-facts.ts";
import type { Scenario } from "./scenario.ts";

/** What one of the policies asks for: a domain or a team, a country and a network, and not one person. */
interface Asked {
  readonly domain: string;
  readonly team: string;
  readonly country: string;
  readonly range: string;
  readonly excluded: string;
}

const IDP = "okta";

/** Every other policy is about all of the staff, so that half of them are decided only by a Require. */
const ASKED: readonly Asked[] = Array.from({ length: 50 }, (_, index) => ({
  domain: index % 2 === 0 ? "example.com" : `supplier-${index}.example`,
  team: `team-${index}`,
  country: index % 5 === 0 ? "PT" : "DE",
  range: `10.${index}.0.0/16`,
  excluded: "mallory@example.com",
}));

/** 50 policies of 5 rules, of four kinds. Nobody is let in by more than a few of them. */
export const FIFTY_POLICIES: Scenario = {
  name: "50 policies of 5 rules",
  policies: {
    identity_providers: [{ id: IDP, name: "Okta", type: "okta" }],
    applications: [
      {
        name: "wiki",
        domain: "wiki.example.com",
        policies: ASKED.map(({ domain, team, country, range, excluded }) => ({
          name: `${team} from ${country}`,
          decision: "allow",
          include: [{ email_domain: { domain } }, { okta: { name: team, identity_provider_id: IDP } }],
          require: [{ geo: { country_code: country } }, { ip: { ip: range } }],
          exclude: [{ email: { email: excluded } }],
        })),
      },
    ],
  },
  cedar: ASKED.map(
    ({ domain, team, country, range, excluded }) => `permit (principal, action, resource) when {
      (context.email like "*@${domain}" || context.groups.contains("${team}")) &&
      context.country == "${country}" && context.ip.isInRange(ip("${range}")) &&
      context.email != "${excluded}"
    };`,
  ).join("\n"),
  cedarContext: ({ email, country, ip, groups }) => ({
    email,
    country,
    groups: [...groups],
    ip: { __extn: { fn: "ip", arg: ip } },
  }),
  cerbosConditions: ASKED.map(({ domain, team, country, range, excluded }) =>
    [
      `(P.attr.email.endsWith("@${domain}") || "${team}" in P.attr.groups)`,
      `P.attr.country == "${country}"`,
      `P.attr.ip.inIPAddrRange("${range}")`,
      `P.attr.email != "${excluded}"`,
    ].join(" && "),
  ),
  readFacts({ subject, email, idp, country, ip, groups }, now) {
    const from = learntNow(now);
    return {
      "identity.subject": known(subject, from),
      "identity.email": readEmail(email, from),
      "identity.login_method": known(idp, from),
      "identity.groups": readGroupNames(groups, from),
      "network.ip": readIp(ip, from),
      "network.country": readCountryFact(country, from),
    };
  },
};
