import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import geoip from "../../../plugins/geoip/index.ts";
import type { Provider } from "../../../src/pip/provider.ts";
import { start } from "../../pip/rig.ts";
import { NOON } from "../../support/records.ts";
import { until } from "../../support/until.ts";
import { writeMmdb } from "./write-mmdb.ts";

const DAY_MS = 86_400_000;
const MAXMIND = {
  "2.125.160.0/20": { country: { iso_code: "GB" }, registered_country: { iso_code: "FR" } },
  "81.2.69.0/24": { registered_country: { iso_code: "DE" } },
  "2001:218::/32": { country: { iso_code: "JP" } },
  "185.220.101.0/24": { country: { iso_code: "T1" } },
};
const FLAT = { "2.125.160.0/20": { country_code: "GB" }, "2001:218::/32": { country: "jp" } };

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-geoip-"));
});
afterAll(() => rm(folder, { recursive: true }));

const WANTED = ["network.country"] as const;

async function countryOf(provider: Provider, ip: string) {
  return (await provider.ask({ "network.ip": ip }, WANTED))["network.country"];
}

async function startWith(bytes: Buffer, config: Readonly<Record<string, unknown>> = {}) {
  const database = join(folder, `${crypto.randomUUID()}.mmdb`);
  await writeFile(database, bytes);
  const lines: string[] = [];
  const provider = await start(geoip, {
    config: { database, ...config },
    log: (line) => void lines.push(line),
  });
  return { database, provider, lines };
}

describe("the country of an address", () => {
  test.each([
    ["MaxMind's nested records", MAXMIND],
    ["flat records", FLAT],
  ])("is read from %s", async (_, networks) => {
    const { provider } = await startWith(writeMmdb(networks, { builtAt: NOON }));
    expect(await countryOf(provider, "2.125.160.216")).toMatchObject({ state: "known", value: "GB" });
    expect(await countryOf(provider, "2001:218::1")).toMatchObject({ state: "known", value: "JP" });
    await provider.dispose();
  });

  test.each([
    ["in no network of the database", "192.0.2.1", { state: "absent" }],
    ["of which only the registration is known", "81.2.69.1", { state: "unknown", why: "missing" }],
    ["of the Tor network", "185.220.101.1", { state: "unknown", why: "malformed" }],
  ])("is not known of an address %s", async (_, ip, expected) => {
    const { provider } = await startWith(writeMmdb(MAXMIND, { builtAt: NOON }));
    expect(await countryOf(provider, ip)).toMatchObject(expected);
    await provider.dispose();
  });

  test("is not known of an IPv6 address in a database of IPv4 only", async () => {
    const bytes = writeMmdb({ "2.125.160.0/20": { country_code: "GB" } }, { builtAt: NOON, ipVersion: 4 });
    const { provider } = await startWith(bytes);
    expect(await countryOf(provider, "2.125.160.216")).toMatchObject({ state: "known", value: "GB" });
    expect(await countryOf(provider, "2001:218::1")).toMatchObject({ state: "unknown", why: "missing" });
    await provider.dispose();
  });

  test("is not known from a database that is too old", async () => {
    const old = writeMmdb(MAXMIND, { builtAt: NOON - 91 * DAY_MS });
    const { provider } = await startWith(old);
    expect(await countryOf(provider, "2.125.160.216")).toMatchObject({ state: "unknown", why: "failed" });
    const patient = await startWith(old, { max_age_days: 92 });
    expect(await countryOf(patient.provider, "2.125.160.216")).toMatchObject({ state: "known" });
    await Promise.all([provider.dispose(), patient.provider.dispose()]);
  });
});

describe("the database", () => {
  const moved = { "2.125.160.0/20": { country_code: "NL" } };

  test("is read again when another takes its place", async () => {
    const { provider, database } = await startWith(writeMmdb(MAXMIND, { builtAt: NOON }));
    await writeFile(`${database}.new`, writeMmdb(moved, { builtAt: NOON }));
    await rename(`${database}.new`, database);
    await until(async () => {
      const country = await countryOf(provider, "2.125.160.216");
      return country?.state === "known" && country.value === "NL";
    });
    await provider.dispose();
  });

  test("is read again when a link leads to another, as Kubernetes swaps them", async () => {
    const [link, first, second] = ["link", "first", "second"].map((name) => join(folder, name));
    await writeFile(String(first), writeMmdb(MAXMIND, { builtAt: NOON }));
    await writeFile(String(second), writeMmdb(moved, { builtAt: NOON }));
    await symlink(String(first), String(link));
    const provider = await start(geoip, { config: { database: link } });
    await symlink(String(second), `${link}.new`);
    await rename(`${link}.new`, String(link));
    await until(async () => {
      const country = await countryOf(provider, "2.125.160.216");
      return country?.state === "known" && country.value === "NL";
    });
    await provider.dispose();
  });

  test("that cannot be used is told of, and the last good one goes on", async () => {
    const { provider, database, lines } = await startWith(writeMmdb(MAXMIND, { builtAt: NOON }));
    await writeFile(database, "half a file");
    await until(() => lines.length > 0);
    expect(lines[0]).toContain("cannot be used");
    expect(await countryOf(provider, "2.125.160.216")).toMatchObject({ state: "known", value: "GB" });
    await provider.dispose();
  });

  test("that is not there at the start is an error", async () => {
    const starting = start(geoip, { config: { database: join(folder, "nowhere.mmdb") } });
    await expect(starting).rejects.toThrow("ENOENT");
  });

  test("has a configuration in which unknown keys are refused", () => {
    expect(start(geoip, { config: { database: "x", watch: true } })).rejects.toThrow(
      "config of geoip: watch: is an unknown key",
    );
  });
});
