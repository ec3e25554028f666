import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { Connection } from "../support/config.ts";
import { GRAPH_AUTH, GRAPH_CONFIG, GRAPH_DEFAULTS } from "../support/microsoft-graph.ts";

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
        request: {
          url: "{config/graph_url}/v1.0/deviceManagement/managedDevices",
          query: {
            $filter: "serialNumber eq '{subject/device.serial_number|doubled}'",
            $select: "id,serialNumber,complianceState",
          },
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
