import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { ApiUrl, Connection, Secret, Text } from "../support/config.ts";

const BY_ID = { ids: "{id}" } as const;

/** What CrowdStrike Falcon says of a device: for posture rules of type `crowdstrike_s2s`. */
export default createHttpPlugin({
  name: "crowdstrike",
  config: t.Object({ connection: Connection, url: ApiUrl, client_id: Text, client_secret: Secret }),
  connection: "connection",
  source: {
    auth: {
      type: "client_credentials",
      token_url: "{config/url}/oauth2/token",
      client_id: "{config/client_id}",
      client_secret: "{config/client_secret}",
    },
    steps: [
      {
        name: "id",
        request: {
          url: "{config/url}/devices/queries/devices/v1",
          query: { filter: "serial_number:'{subject/device.serial_number|escaped}'" },
        },
        fails_if: "/errors",
        records: "/resources",
      },
      {
        name: "host",
        request: { url: "{config/url}/devices/entities/devices/v2", query: BY_ID },
        fails_if: "/errors",
        records: "/resources",
        match: { "/serial_number": "{subject/device.serial_number}" },
      },
      {
        name: "connection",
        request: { url: "{config/url}/devices/entities/online-state/v1", query: BY_ID },
        fails_if: "/errors",
        records: "/resources",
        match: { "/id": "{id}" },
        optional: true,
      },
      {
        // A host that was never assessed has no scores, and that is told by a 404.
        name: "zero_trust",
        request: { url: "{config/url}/zero-trust-assessment/entities/assessments/v1", query: BY_ID },
        not_found: { at: "/errors/0/code", is: "404" },
        records: "/resources",
        match: { "/aid": "{id}" },
        optional: true,
      },
    ],
    attributes: {
      "device.provider": {
        record: {
          overall: "zero_trust/assessment/overall",
          os: "zero_trust/assessment/os",
          sensor_config: "zero_trust/assessment/sensor_config",
          version: "zero_trust/assessment/version",
          state: "connection/state",
          last_seen: "host/last_seen",
        },
      },
    },
    absent_if_not_found: ["device.provider"],
  },
});
