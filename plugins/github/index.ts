import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { ApiUrl, IdentityProvider, Secret, Text } from "../support/config.ts";
import { MEMBER_QUERY, MEMBERSHIP_QUERY, TEAMS_QUERY } from "./queries.ts";

/** Teams of people in a GitHub organization that uses SAML, which alone tells whose an address is. */
export default createHttpPlugin({
  name: "github",
  config: t.Object({
    identity_provider: IdentityProvider,
    organization: Text,
    token: Secret,
    graphql_url: t.Optional(ApiUrl),
  }),
  defaults: { graphql_url: "https://api.github.com/graphql" },
  idp: "identity_provider",
  source: {
    auth: { type: "header", value: "Bearer {config/token}" },
    steps: [
      {
        name: "member",
        request: {
          method: "POST",
          url: "{config/graphql_url}",
          json: {
            query: MEMBER_QUERY,
            variables: { org: "{config/organization}", email: "{subject/identity.email}" },
          },
        },
        fails_if: "/errors",
        records: "/data/organization/samlIdentityProvider/externalIdentities/nodes",
        match: { "/samlIdentity/nameId": "{subject/identity.email}" },
      },
      {
        name: "membership",
        request: {
          method: "POST",
          url: "{config/graphql_url}",
          json: {
            query: MEMBERSHIP_QUERY,
            variables: { org: "{config/organization}", login: "{member/user/login}" },
          },
        },
        fails_if: "/errors",
      },
      {
        name: "teams",
        request: {
          method: "POST",
          url: "{config/graphql_url}",
          json: {
            query: TEAMS_QUERY,
            variables: { org: "{config/organization}", login: "{member/user/login}", after: "{page/cursor}" },
          },
        },
        fails_if: "/errors",
        records: "/data/organization/teams/nodes",
        take: "all",
        paging: {
          type: "cursor",
          at: "/data/organization/teams/pageInfo/endCursor",
          more: "/data/organization/teams/pageInfo/hasNextPage",
        },
      },
    ],
    attributes: {
      "identity.groups": {
        each: "teams",
        names: "/combinedSlug",
        also_names: ["membership/data/user/organization/login"],
        lower_case: true,
      },
    },
  },
});
