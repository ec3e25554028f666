import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { ApiUrl, Connection, Secret } from "../support/config.ts";

/** What Kolide (1Password Device Trust) says of a device: for posture rules of type `kolide`. */
export default createHttpPlugin({
  name: "kolide",
  config: t.Object({ connection: Connection, token: Secret, url: t.Optional(ApiUrl) }),
  defaults: { url: "https://api.kolide.com" },
  connection: "connection",
  source: {
    auth: { type: "header", value: "Bearer {config/token}" },
    steps: [
      {
        name: "device",
        request: {
          url: "{config/url}/devices",
          query: { query: "serial:{subject/device.serial_number}", per_page: "100", cursor: "{page/cursor}" },
          headers: { "x-kolide-api-version": "2023-05-26" },
        },
        records: "/data",
        match: { "/serial": "{subject/device.serial_number}" },
        paging: { type: "cursor", at: "/pagination/next_cursor" },
      },
    ],
    attributes: {
      "device.provider": { record: { auth_state: "device/auth_state" } },
    },
    absent_if_not_found: ["device.provider"],
  },
});
