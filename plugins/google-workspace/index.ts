import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { ApiUrl, IdentityProvider, Secret, Text } from "../support/config.ts";

/** Groups of people in Google Workspace, nested ones too, by their addresses. */
export default createHttpPlugin({
  name: "google-workspace",
  config: t.Object({
    identity_provider: IdentityProvider,
    client_email: Text,
    private_key: Secret,
    admin: t.String({ minLength: 3, description: "Address of an administrator, in whose name is asked." }),
    token_url: t.Optional(ApiUrl),
    api_url: t.Optional(ApiUrl),
  }),
  defaults: {
    token_url: "https://oauth2.googleapis.com/token",
    api_url: "https://cloudidentity.googleapis.com",
  },
  idp: "identity_provider",
  source: {
    auth: {
      type: "service_account",
      token_url: "{config/token_url}",
      issuer: "{config/client_email}",
      subject: "{config/admin}",
      private_key: "{config/private_key}",
      scope: "https://www.googleapis.com/auth/cloud-identity.groups.readonly",
    },
    steps: [
      {
        name: "groups",
        request: {
          url: "{config/api_url}/v1/groups/-/memberships:searchTransitiveGroups",
          query: {
            query:
              "member_key_id == '{subject/identity.email|escaped}' && 'cloudidentity.googleapis.com/groups.discussion_forum' in labels",
            pageSize: "500",
            pageToken: "{page/cursor}",
          },
        },
        records: "/memberships",
        take: "all",
        paging: { type: "cursor", at: "/nextPageToken" },
      },
    ],
    attributes: { "identity.groups": { each: "groups", emails: "/groupKey/id", lower_case: true } },
  },
});
