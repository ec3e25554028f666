/** Who of an organization signed in over SAML with an address. */
export const MEMBER_QUERY = `query ($org: String!, $email: String!) {
  organization(login: $org) {
    samlIdentityProvider {
      externalIdentities(first: 10, userName: $email) {
        nodes { samlIdentity { nameId } user { login } }
      }
    }
  }
}`;

/** The organization, where somebody is its member. */
export const MEMBERSHIP_QUERY = `query ($org: String!, $login: String!) {
  user(login: $login) { organization(login: $org) { login } }
}`;

/** The teams of an organization that have somebody for a member. */
export const TEAMS_QUERY = `query ($org: String!, $login: String!, $after: String) {
  organization(login: $org) {
    teams(first: 100, after: $after, userLogins: [$login]) {
      nodes { combinedSlug }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
