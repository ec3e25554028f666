import { Reader } from "mmdb-lib";
import { definePlugin, filePath, t } from "../../src/plugin.ts";
import { watchFile } from "../support/watched-file.ts";
import { countryOf } from "./country-of.ts";

const DAY_MS = 86_400_000;
/** Addresses change hands; publishers replace their databases weekly or monthly. */
const MAX_AGE_DAYS = 90;

/** The country of an address, from any MMDB file, which is read again when it is replaced. */
export default definePlugin({
  name: "geoip",
  provides: ["network.country"],
  needs: ["network.ip"],
  config: t.Object({
    database: filePath({ description: "An MMDB file." }),
    max_age_days: t.Optional(
      t.Integer({
        minimum: 1,
        maximum: 3_650,
        default: MAX_AGE_DAYS,
        description: "An older database tells nothing.",
      }),
    ),
  }),
  async setup({ database, max_age_days: maxAgeDays = MAX_AGE_DAYS }, host) {
    const file = await watchFile(database, (bytes) => new Reader(bytes), host);
    return {
      resolve({ "network.ip": ip }) {
        const { metadata } = file.value;
        if (host.now() - metadata.buildEpoch.getTime() > maxAgeDays * DAY_MS) {
          throw new Error(`the database is more than ${maxAgeDays} days old; replace it`);
        }
        if (ip.includes(":") && metadata.ipVersion === 4) return {};
        const record: unknown = file.value.get(ip);
        return { "network.country": record === null ? null : countryOf(record) };
      },
      dispose: () => file.close(),
    };
  },
});
