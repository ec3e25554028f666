import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { IdentityProvider } from "../support/config.ts";
import { GRAPH_AUTH, GRAPH_CONFIG, GRAPH_DEFAULTS } from "../support/microsoft-graph.ts";

/** Groups of people in Entra, nested ones too, by their object ids. */
export default createHttpPlugin({
  name: "entra",
  config: t.Object({ identity_provider: IdentityProvider, ...GRAPH_CONFIG }),
  defaults: GRAPH_DEFAULTS,
  idp: "identity_provider",
  source: {
    auth: GRAPH_AUTH,
    steps: [
      {
        name: "user",
        request: {
          url: "{config/graph_url}/v1.0/users",
          query: {
            $filter:
              "mail eq '{subject/identity.email|doubled}' or userPrincipalName eq '{subject/identity.email|doubled}'",
            $select: "id",
          },
        },
        records: "/value",
        paging: { type: "next_url", at: "/@odata.nextLink" },
      },
      {
        name: "groups",
        request: {
          url: "{config/graph_url}/v1.0/users/{user/id}/transitiveMemberOf/microsoft.graph.group",
          query: { $select: "id", $top: "999" },
        },
        records: "/value",
        take: "all",
        paging: { type: "next_url", at: "/@odata.nextLink" },
      },
    ],
    attributes: { "identity.groups": { each: "groups", ids: "/id" } },
  },
});
