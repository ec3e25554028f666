import { definePlugin, t } from "../../src/plugin.ts";
import { ApiUrl, IdentityProvider, Secret, Text } from "../support/config.ts";
import { readIdentity } from "./identity.ts";
import { tellClaims, tellGroups } from "./tell-identity.ts";

const API_URL = "https://api.cloudflare.com/client/v4";

/** Groups and claims that Access keeps of somebody in full, where a token holds them cut short. */
export default definePlugin({
  name: "access-identity",
  provides: ["identity.groups", "identity.oidc_claims", "identity.saml_attributes"],
  needs: ["identity.subject"],
  idp: "identity_provider",
  config: t.Object({
    identity_provider: IdentityProvider,
    account: Text,
    token: Secret,
    api_url: t.Optional({ ...ApiUrl, default: API_URL }),
  }),
  setup({ identity_provider, account, token, api_url: apiUrl = API_URL }, host) {
    return {
      async resolve({ "identity.subject": subject }, _, signal) {
        const user = encodeURIComponent(subject);
        const url = `${apiUrl}/accounts/${account}/access/users/${user}/last_seen_identity`;
        const response = await host.fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
        const answer: unknown = await response.json();
        if (response.status === 404) return {};
        const { user_uuid, idp, groups, oidc_fields, saml_attributes } = readIdentity(answer);
        // The last login may have been by another identity provider: then its groups are not this one's.
        if (user_uuid !== subject || idp.id !== identity_provider) return {};
        return {
          "identity.groups": groups && tellGroups(groups, idp.type),
          "identity.oidc_claims": oidc_fields && tellClaims(oidc_fields),
          "identity.saml_attributes": saml_attributes && tellClaims(saml_attributes),
        };
      },
    };
  },
});
