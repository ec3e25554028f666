import { createHttpPlugin } from "../../../plugins/http/http-plugin.ts";
import { t } from "../../../src/plugin.ts";

/** What the source of devices says, as `postern serve` asks it: over HTTP. */
export default createHttpPlugin({
  name: "bench",
  config: t.Object({ url: t.String() }),
  source: {
    steps: [{ name: "device", request: { url: "{config/url}/devices/{subject/device.id}" } }],
    own: { healthy: { type: "boolean", value: "device/healthy" } },
  },
});
