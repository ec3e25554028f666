import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { ApiUrl, Connection, Secret } from "../support/config.ts";

const AGENTS = "{config/url}/web/api/v2.1/agents";

/** What SentinelOne says of a device: for posture rules of type `sentinelone_s2s`. */
export default createHttpPlugin({
  name: "sentinelone",
  config: t.Object({ connection: Connection, url: ApiUrl, token: Secret }),
  connection: "connection",
  source: {
    auth: { type: "header", value: "ApiToken {config/token}" },
    steps: [
      {
        // The API has no exact filter for serial numbers: who is found must have the whole of it.
        name: "agent",
        request: {
          url: AGENTS,
          query: {
            serialNumber__contains: "{subject/device.serial_number}",
            limit: "100",
            cursor: "{page/cursor}",
          },
        },
        many: {
          request: {
            url: AGENTS,
            query: { serialNumber__contains: "{all}", limit: "1000", cursor: "{page/cursor}" },
          },
          each: "{subject/device.serial_number}",
          joined: ",",
          at_most: 100,
        },
        records: "/data",
        match: { "/serialNumber": "{subject/device.serial_number}" },
        paging: { type: "cursor", at: "/pagination/nextCursor" },
      },
    ],
    attributes: {
      "device.provider": {
        record: {
          active_threats: "agent/activeThreats",
          infected: "agent/infected",
          is_active: "agent/isActive",
          network_status: "agent/networkStatus",
          operational_state: "agent/operationalState",
        },
      },
    },
    absent_if_not_found: ["device.provider"],
  },
});
