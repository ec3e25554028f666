import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { ApiUrl, Secret } from "../support/config.ts";

/** What Fleet says of a device, as attributes of its own: for posture rules of type `attribute`. */
export default createHttpPlugin({
  name: "fleet",
  config: t.Object({ url: ApiUrl, token: Secret }),
  source: {
    auth: { type: "header", value: "Bearer {config/token}" },
    steps: [
      {
        // Hosts are found by names and addresses too: who is found must have the serial number.
        name: "host",
        request: {
          url: "{config/url}/api/v1/fleet/hosts",
          query: { query: "{subject/device.serial_number}", per_page: "100" },
        },
        fails_if: "/meta/has_next_results",
        records: "/hosts",
        match: { "/hardware_serial": "{subject/device.serial_number}" },
      },
      { name: "details", request: { url: "{config/url}/api/v1/fleet/hosts/{host/id}" } },
    ],
    own: {
      "fleet.status": { type: "text", value: "details/host/status" },
      "fleet.failing_policies": { type: "number", value: "details/host/issues/failing_policies_count" },
      "fleet.critical_vulnerabilities": {
        type: "number",
        value: "details/host/issues/critical_vulnerabilities_count",
      },
      "fleet.disk_encrypted": { type: "boolean", value: "details/host/disk_encryption_enabled" },
      "fleet.mdm_enrollment": { type: "text", value: "details/host/mdm/enrollment_status" },
    },
  },
});
