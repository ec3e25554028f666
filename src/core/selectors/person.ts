import { parseEmail } from "../email.ts";
import type { Fact, Facts } from "../fact.ts";
import { foldCase } from "../posture/fold-case.ts";
import { NO_MATCH, undecided } from "../verdict.ts";
import { boundToIdp, holds, LOGIN_METHOD, oneOf } from "./matcher.ts";

const MISSING = undecided("missing");

export const EMAIL = oneOf(
  "identity.email",
  (facts) => facts["identity.email"],
  (email) => email.address,
  MISSING,
);

export const EMAIL_DOMAIN = oneOf(
  "identity.email",
  (facts) => facts["identity.email"],
  (email) => email.domain,
  MISSING,
);

export const AUTHENTICATION_METHOD = holds(
  "identity.authentication_methods",
  (facts) => facts["identity.authentication_methods"],
  (methods, method) => methods.has(method),
  MISSING,
);

export const RISK_SCORE = oneOf(
  "identity.risk_score",
  (facts) => facts["identity.risk_score"],
  (level) => level,
  MISSING,
);

export const ACCOUNT_MEMBER = holds(
  "identity.account_memberships",
  (facts) => facts["identity.account_memberships"],
  (accounts, account) => accounts.has(account),
  NO_MATCH,
);

export { LOGIN_METHOD };

const GROUP_IDS = groupFamily("ids");
const GROUP_NAMES = groupFamily("names");
const GROUP_EMAILS = groupFamily("emails");

function groupFamily(kind: "ids" | "names" | "emails") {
  return holds(
    "identity.groups",
    (facts) => facts["identity.groups"],
    (groups, key) => groups[kind].has(key),
    NO_MATCH,
  );
}

export const groupIds = (idp: string | null) => boundToIdp(GROUP_IDS, idp);
export const groupNames = (idp: string | null) => boundToIdp(GROUP_NAMES, idp);
export const groupEmails = (idp: string | null) => boundToIdp(GROUP_EMAILS, idp);

/** The key of a GitHub organisation or team among group names; GitHub's names know no case. */
export function githubKey(organization: string, team: string | null): string {
  return foldCase(team === null ? organization : `${organization}/${team}`);
}

const CONTEXTS = holds(
  "identity.authentication_contexts",
  (facts) => facts["identity.authentication_contexts"],
  (contexts, context) => contexts.has(context),
  NO_MATCH,
);

export const authenticationContexts = (idp: string | null) => boundToIdp(CONTEXTS, idp);

type MultiValueFact = "identity.saml_attributes" | "identity.oidc_claims";

/** Values of one SAML attribute or OIDC claim; a claim that the complete set lacks is no match. */
export function claimValues(fact: MultiValueFact, name: string, idp: string | null) {
  const read = (facts: Facts): Fact<ReadonlyMap<string, ReadonlySet<string>>> | undefined => facts[fact];
  return boundToIdp(
    holds(fact, read, (claims, value) => claims.get(name)?.has(value) === true, NO_MATCH),
    idp,
  );
}

/** The address that a rule or a list names, as addresses are compared; null where it is none. */
export function emailKey(address: string): string | null {
  return parseEmail(address)?.address ?? null;
}
