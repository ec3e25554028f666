import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { ApiUrl, IdentityProvider, Secret } from "../support/config.ts";

/** Groups of people in Okta, by the names that rules use. */
export default createHttpPlugin({
  name: "okta",
  config: t.Object({ identity_provider: IdentityProvider, url: ApiUrl, token: Secret }),
  idp: "identity_provider",
  source: {
    auth: { type: "header", value: "SSWS {config/token}" },
    steps: [
      {
        // Okta also finds people by short names: who is found must have the address.
        name: "user",
        request: { url: "{config/url}/api/v1/users/{subject/identity.email}" },
        match: { "/profile/login": "{subject/identity.email}" },
        not_found: { at: "/errorCode", is: "E0000007" },
      },
      {
        name: "groups",
        request: { url: "{config/url}/api/v1/users/{user/id}/groups", query: { limit: "200" } },
        records: "",
        take: "all",
        paging: { type: "link" },
      },
    ],
    attributes: { "identity.groups": { each: "groups", ids: "/id", names: "/profile/name" } },
  },
});
