import { t } from "../../src/plugin.ts";
import type { AuthSource } from "../http/source-schema.ts";
import { ApiUrl, Secret, Text } from "./config.ts";

/** How an application is known to Microsoft Graph; the addresses differ in national clouds. */
export const GRAPH_CONFIG = {
  tenant: Text,
  client_id: Text,
  client_secret: Secret,
  login_url: t.Optional(ApiUrl),
  graph_url: t.Optional(ApiUrl),
} as const;

export const GRAPH_DEFAULTS = {
  login_url: "https://login.microsoftonline.com",
  graph_url: "https://graph.microsoft.com",
} as const;

export const GRAPH_AUTH: AuthSource = {
  type: "client_credentials",
  token_url: "{config/login_url}/{config/tenant}/oauth2/v2.0/token",
  client_id: "{config/client_id}",
  client_secret: "{config/client_secret}",
  scope: "{config/graph_url}/.default",
};
