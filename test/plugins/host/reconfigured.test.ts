import { describe, expect, test } from "bun:test";
import { lineageOf } from "../../../src/pip/configuration-digest.ts";
import { definePlugin, t } from "../../../src/plugin.ts";
import { registryOf, type StartOptions, start } from "../../pip/rig.ts";
import { personNamed } from "../../support/played-access.ts";
import { TestService } from "../../support/test-service.ts";
import { playSource, TRUSTED_ONLY, trustProvider } from "./played-source.ts";

test("what was learnt before a provider was reconfigured counts no more", async () => {
  using trusting = playSource(() => 90);
  using wary = playSource(() => 10);
  const service = await TestService.start(TRUSTED_ONLY, { config: { providers: [trustProvider(trusting)] } });
  const mayEnter = async () =>
    service.success(await service.ask("wiki", { claims: { identity: personNamed("ada") } }));
  const reconfigure = async (provider: object) => {
    await service.writeConfig({ providers: [provider] });
    await service.reload();
  };
  try {
    expect(await mayEnter()).toBe(true);
    await reconfigure(trustProvider(wary));
    expect(await mayEnter()).toBe(false);
    // What was learnt under the configuration of today still counts.
    await reconfigure(trustProvider(trusting));
    trusting.status = 503;
    expect(await mayEnter()).toBe(true);
    await reconfigure(trustProvider(trusting, { expires: "1m" }));
    expect(await mayEnter()).toBe(false);
  } finally {
    await service.stop();
  }
});

const serials = definePlugin({
  name: "serials",
  provides: ["device.serial_number"],
  needs: ["device.id"],
  config: t.Object({ url: t.String(), password: t.String() }),
  setup: () => ({ resolve: () => ({ "device.serial_number": "S1" }) }),
});
const scores = definePlugin({
  name: "scores",
  provides: [],
  needs: ["device.serial_number"],
  config: t.Object({}),
  attributes: { "own.score": t.Integer() },
  setup: () => ({ resolve: () => ({ "own.score": 1 }) }),
});

/** What the facts of both plugins are kept under, in a process of its own. */
async function lineages(config: object, settings: StartOptions["settings"] = {}) {
  const serial = await start(serials, { config, settings });
  const score = await start(scores);
  const registry = registryOf([serial, score]);
  return [lineageOf(registry, serial), lineageOf(registry, score)];
}

describe("what providers say is kept under their configuration:", () => {
  const config = { url: "https://a.example.com", password: "correct horse" };
  const reordered = { password: "correct horse", url: "https://a.example.com" };

  test("two processes with the same one find the same", async () => {
    expect(await lineages(reordered)).toEqual(await lineages(config));
  });

  test.each([
    ["another address", { ...config, url: "https://b.example.com" }, {}],
    ["another password", { ...config, password: "battery staple" }, {}],
    ["other times to expire", config, { expiresMs: 1_000 }],
  ])("%s: nothing, of the provider and of those that learn through it", async (_, other, settings) => {
    const [before, after] = await Promise.all([lineages(config), lineages(other, settings)]);
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, false]);
  });

  test("nothing of it can be read there", async () => {
    expect((await lineages(config)).join()).toMatch(/^[\w-]{16},[\w-]{16}$/);
  });
});
