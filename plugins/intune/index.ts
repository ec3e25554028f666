import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { Connection } from "../support/config.ts";
import { GRAPH_AUTH, GRAPH_CONFIG, GRAPH_DEFAULTS } from "../support/microsoft-graph.ts";

const DEVICES = "{config/graph_url}/v1.0/deviceManagement/managedDevices";
const FIELDS = { $select: "id,serialNumber,complianceState" } as const;
const HAS_SERIAL_NUMBER = "serialNumber eq '{subject/device.serial_number|doubled}'";

/** Whether Intune holds a device to be compliant: for posture rules of type `intune`. */
export default createHttpPlugin({
  name: "intune",
  config: t.Object({ connection: Connection, ...GRAPH_CONFIG }),
  defaults: GRAPH_DEFAULTS,
  connection: "connection",
  source: {
    auth: GRAPH_AUTH,
    steps: [
      {
        name: "device",
        request: { url: DEVICES, query: { $filter: HAS_SERIAL_NUMBER, ...FIELDS } },
        many: {
          request: { url: DEVICES, query: { $filter: "{all}", ...FIELDS } },
          each: HAS_SERIAL_NUMBER,
          joined: " or ",
          at_most: 15,
        },
        records: "/value",
        match: { "/serialNumber": "{subject/device.serial_number}" },
        paging: { type: "next_url", at: "/@odata.nextLink" },
      },
    ],
    attributes: {
      "device.provider": {
        record: { compliance_status: { path: "device/complianceState", lower_case: true } },
      },
    },
    absent_if_not_found: ["device.provider"],
  },
});
