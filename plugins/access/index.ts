import { t } from "../../src/plugin.ts";
import { createHttpPlugin } from "../http/http-plugin.ts";
import { ApiUrl, Secret, Text } from "../support/config.ts";

const DEVICE = "{config/api_url}/accounts/{config/account}/devices";
const NOT_FOUND = { at: "/success", is: "false" } as const;

/** What Cloudflare itself knows of a device that runs WARP: what it is, how it is connected, what it passed. */
export default createHttpPlugin({
  name: "access",
  config: t.Object({ account: Text, token: Secret, api_url: t.Optional(ApiUrl) }),
  defaults: { api_url: "https://api.cloudflare.com/client/v4" },
  source: {
    auth: { type: "header", value: "Bearer {config/token}" },
    steps: [
      {
        name: "device",
        request: { url: `${DEVICE}/physical-devices/{subject/device.id}` },
        match: { "/result/id": "{subject/device.id}", "/success": "true" },
        not_found: NOT_FOUND,
      },
      {
        // A device that has not reported for a while is not found: how it is connected is not known then.
        name: "live",
        request: {
          url: "{config/api_url}/accounts/{config/account}/dex/devices/{subject/device.id}/fleet-status/live",
          query: { since_minutes: "10" },
        },
        match: { "/result/deviceId": "{subject/device.id}" },
        not_found: NOT_FOUND,
        optional: true,
      },
      {
        name: "passed",
        request: { url: `${DEVICE}/{subject/device.id}/posture/check`, query: { enrich: "false" } },
        records: "/result",
        keyed: true,
        match: { "/value/success": "true" },
        take: "all",
      },
    ],
    attributes: {
      "device.serial_number": "device/result/serial_number",
      "device.hostname": "device/result/name",
      "device.platform": { path: "device/result/device_type", lower_case: true },
      "device.os": {
        fields: {
          version: "device/result/os_version",
          distroName: "device/result/os_distro_name",
          distroRevision: "device/result/os_distro_revision",
          versionExtra: "device/result/os_version_extra",
        },
      },
      "device.warp": {
        path: "live/result/status",
        spelled: { connected: true, disconnected: false, paused: false },
      },
      "device.gateway": {
        all: [
          { path: "live/result/status", spelled: { connected: true, disconnected: false, paused: false } },
          {
            path: "live/result/mode",
            spelled: { warp: true, "warp+doh": true, postureonly: false, tunnelonly: false },
          },
        ],
      },
    },
    own: {
      "access.passed_rules": {
        type: "texts",
        value: { each: "passed", at: "/key", as_of: "/value/timestamp", partial: true },
      },
    },
  },
});
