import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { ApiUrl, Connection, Secret, Text } from "../support/config.ts";

/** What the API takes in one request; a batch has as many subjects unless told. */
const AT_ONCE = 100;
const HOSTS = "{config/url}/devices/combined/devices/v1";
const STATES = "{config/url}/devices/entities/online-state/v1";
const ASSESSMENTS = "{config/url}/zero-trust-assessment/entities/assessments/v1";
const PAGE = { limit: "1000", offset: "{page/cursor}" } as const;
const BY_ID = { ids: "{host/device_id}" } as const;

/** Asks for all that are found by their ids. */
function manyById(url: string) {
  return { request: { url, query: { ids: "{all}" } }, each: BY_ID.ids, at_most: AT_ONCE };
}

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
        name: "host",
        request: {
          url: HOSTS,
          query: { filter: "serial_number:'{subject/device.serial_number|escaped}'", ...PAGE },
        },
        many: {
          request: { url: HOSTS, query: { filter: "serial_number:[{all}]", ...PAGE } },
          each: "'{subject/device.serial_number|escaped}'",
          joined: ",",
          at_most: AT_ONCE,
        },
        paging: { type: "offset", total: "/meta/pagination/total" },
        fails_if: "/errors",
        records: "/resources",
        match: { "/serial_number": "{subject/device.serial_number}" },
      },
      {
        name: "connection",
        request: { url: STATES, query: BY_ID },
        many: manyById(STATES),
        fails_if: "/errors",
        records: "/resources",
        match: { "/id": "{host/device_id}" },
        optional: true,
      },
      {
        // A host that was never assessed has no scores, and that is told by a 404.
        name: "zero_trust",
        request: { url: ASSESSMENTS, query: BY_ID },
        many: manyById(ASSESSMENTS),
        not_found: { at: "/errors/0/code", is: "404" },
        records: "/resources",
        match: { "/aid": "{host/device_id}" },
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
