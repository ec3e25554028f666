import { parseEmail } from "../email.ts";
import type { Fact, Facts } from "../fact.ts";
import { foldCase } from "../posture/fold-case.ts";
import { NO_MATCH, undecided } from "../verdict.ts";
import { familyOf, type Gate } from "./family.ts";
import { equal, hold } from "./way.ts";

const MISSING = undecided("missing");

const email = familyOf({
  name: "identity.email",
  read: (facts) => facts["identity.email"],
  absent: MISSING,
});

export const EMAIL = email(equal(({ address }) => address));
export const EMAIL_DOMAIN = email(equal(({ domain }) => domain));

const loginMethod = familyOf({
  name: "identity.login_method",
  read: (facts) => facts["identity.login_method"],
  absent: MISSING,
});

/** Keys are ids of identity providers: the login used one of them. */
export const LOGIN_METHOD = loginMethod(equal((idp) => idp));

const loginMethodType = familyOf({
  name: "identity.login_method_type",
  read: (facts) => facts["identity.login_method_type"],
  absent: MISSING,
});

/** Keys are types of identity providers: `okta`, `azureAD`. */
export const LOGIN_METHOD_TYPE = loginMethodType(equal((type) => type));

const authenticationMethods = familyOf({
  name: "identity.authentication_methods",
  read: (facts) => facts["identity.authentication_methods"],
  absent: MISSING,
});

export const AUTHENTICATION_METHOD = authenticationMethods(hold((methods) => methods));

const riskScore = familyOf({
  name: "identity.risk_score",
  read: (facts) => facts["identity.risk_score"],
  absent: MISSING,
});

export const RISK_SCORE = riskScore(equal((level) => level));

const accountMemberships = familyOf({
  name: "identity.account_memberships",
  read: (facts) => facts["identity.account_memberships"],
  absent: NO_MATCH,
});

export const ACCOUNT_MEMBER = accountMemberships(hold((accounts) => accounts));

/** Groups behind `gate`: those of some identity providers only. */
export function groups(gate: Gate | null) {
  const facet = familyOf(
    { name: "identity.groups", read: (facts) => facts["identity.groups"], absent: NO_MATCH },
    gate,
  );
  return {
    ids: facet(hold(({ ids }) => ids)),
    names: facet(hold(({ names }) => names)),
    emails: facet(hold(({ emails }) => emails)),
  };
}

/** Authentication contexts behind `gate`. */
export function authenticationContexts(gate: Gate | null) {
  const facet = familyOf(
    {
      name: "identity.authentication_contexts",
      read: (facts) => facts["identity.authentication_contexts"],
      absent: NO_MATCH,
    },
    gate,
  );
  return facet(hold((contexts) => contexts));
}

type MultiValueFact = "identity.saml_attributes" | "identity.oidc_claims";

/** SAML attributes or OIDC claims behind `gate`; one that the complete set lacks is no match. */
export function claims(name: MultiValueFact, gate: Gate | null) {
  const read = (facts: Facts): Fact<ReadonlyMap<string, ReadonlySet<string>>> | undefined => facts[name];
  return familyOf({ name, read, absent: NO_MATCH }, gate);
}

/** The key of a GitHub organisation or team among group names; GitHub's names know no case. */
export function githubKey(organization: string, team: string | null): string {
  return foldCase(team === null ? organization : `${organization}/${team}`);
}

/** The address that a rule or a list names, as addresses are compared; null where it is none. */
export function emailKey(address: string): string | null {
  return parseEmail(address)?.address ?? null;
}
