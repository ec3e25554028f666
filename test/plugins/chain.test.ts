import { expect, test } from "bun:test";
import { join } from "node:path";
import access from "../../plugins/access/index.ts";
import crowdstrike from "../../plugins/crowdstrike/index.ts";
import kolide from "../../plugins/kolide/index.ts";
import { pipOf, request, start } from "../pip/rig.ts";
import { exchangesOf, readRecording, serveRecording } from "./recorded-api.ts";

const recorded = async (name: string) => readRecording(join(import.meta.dir, name, "recording.json"));

test("a device id leads to a serial number, and that to what two other services say of the device", async () => {
  using cloudflare = serveRecording(exchangesOf(await recorded("access"), "device", "connected", "checks"));
  using falcon = serveRecording(exchangesOf(await recorded("crowdstrike"), "token", "device", "assessment"));
  using k2 = serveRecording(exchangesOf(await recorded("kolide"), "device"));
  const providers = await Promise.all([
    start(crowdstrike, { config: { connection: "cs", url: falcon.url, client_id: "c", client_secret: "s" } }),
    start(kolide, { config: { connection: "k2", url: k2.url, token: "t" } }),
    start(access, {
      config: { account: "699d98642c564d2e855e9661899b7252", token: "t", api_url: cloudflare.url },
    }),
  ]);
  const facts = await pipOf(providers).gather(
    ["device.provider:cs", "device.provider:k2"],
    request({ "device.id": "9ece5fab-7398-488a-a575-e25a9a3dec07" }),
  );
  expect(facts["device.provider:cs"]).toMatchObject({ state: "known", source: "crowdstrike:cs" });
  expect(facts["device.provider:k2"]).toMatchObject({ value: new Map([["auth_state", "Will Block"]]) });
  for (const provider of providers) await provider.dispose();
});
