import { describe, expect, test } from "bun:test";
import type { Merge } from "../../src/pip/merge-facts.ts";
import { createRegistry } from "../../src/pip/registry.ts";
import { type Plugin, t } from "../../src/plugin.ts";
import { NOWHERE } from "../support/records.ts";
import { fakePlugin, groupsPlugin } from "./fake-plugin.ts";
import { registryOf, start } from "./rig.ts";

const SERIAL = fakePlugin({ name: "serial", provides: ["device.serial_number"], needs: ["device.id"] });
const SCORE = fakePlugin({
  name: "score",
  attributes: {},
  provides: ["device.provider"],
  needs: ["device.serial_number"],
});

async function faultsOf(
  plugins: readonly Plugin[],
  merges?: ReadonlyMap<string, Merge>,
): Promise<readonly string[]> {
  const providers = await Promise.all(
    plugins.map((plugin) =>
      start(plugin, { config: "idp" in plugin.config.properties ? { idp: "okta" } : {} }),
    ),
  );
  const { registry, faults } = createRegistry(providers, merges);
  expect(registry === null).toBe(faults.length > 0);
  expect(faults.every(({ place }) => place === NOWHERE)).toBe(true);
  return faults.map(({ message }) => message);
}

describe("providers that cannot work together are faults of the configuration:", () => {
  test("two that provide the same", async () => {
    const other = fakePlugin({ name: "other", provides: ["device.serial_number"] });
    expect(await faultsOf([SERIAL, other])).toEqual([
      'provider other: provides device.serial_number, as serial does; remove one, or say under merges what is made of both: "any", "all" or "first"',
    ]);
    expect(await faultsOf([SERIAL, other], new Map([["device.serial_number", "all"]]))).toEqual([]);
  });

  test("the same one twice", async () => {
    expect(
      await faultsOf(
        [groupsPlugin("ldap", []), groupsPlugin("ldap", [])],
        new Map([["identity.groups", "any"]]),
      ),
    ).toEqual(["provider ldap:okta: is configured twice; remove one"]);
  });

  test("a circle of needs, told at each that is in it", async () => {
    const circle = [
      fakePlugin({
        name: "a",
        attributes: { "own.a": t.Number() },
        needs: ["own.b", "device.id"],
      }),
      fakePlugin({ name: "b", attributes: { "own.b": t.Number() }, needs: ["own.a"] }),
      fakePlugin({ name: "c", attributes: { "own.c": t.Number() }, needs: ["own.a"] }),
    ];
    expect(await faultsOf(circle)).toEqual([
      "provider a: needs, through others, what it provides itself; break the circle",
      "provider b: needs, through others, what it provides itself; break the circle",
    ]);
  });

  test("one that needs itself", async () => {
    const own = fakePlugin({ name: "own", provides: ["device.os"], needs: ["device.os", "device.id"] });
    expect(await faultsOf([own])).toEqual([
      "provider own: needs, through others, what it provides itself; break the circle",
    ]);
  });

  test("one whose need nobody provides", async () => {
    const gap = fakePlugin({ name: "gap", provides: ["device.os"], needs: ["device.id", "own.nothing"] });
    expect(await faultsOf([gap])).toEqual([
      "provider gap: needs own.nothing, which no plugin provides; configure one that does",
    ]);
  });

  test("a device known by its owner's address alone", async () => {
    const guess = fakePlugin({ name: "guess", provides: ["device.os"], needs: ["identity.email"] });
    expect(await faultsOf([guess])).toEqual([
      "provider guess: provides device.os without asking which device it is of; its plugin must need one",
    ]);
  });

  test("group attributes of no identity provider", async () => {
    expect(await faultsOf([{ ...groupsPlugin("ldap", []), idp: null }])).toEqual([
      "provider ldap: provides identity.groups without naming the identity provider that it is of",
    ]);
  });

  test.each([
    ["identity.subject", "the person"],
    ["device.id", "the device"],
    ["network.ip", "the address"],
    ["credential.service_token", "a credential"],
    ["device.asserted_posture", "what Access asserts"],
    ["device.provider:conn-1", "a key"],
    ["identity.shoe_size", "what there is not"],
  ])("one that provides %s, %s", async (attribute) => {
    const plugin = {
      ...fakePlugin({ needs: ["device.id", "identity.subject", "network.ip"] }),
      provides: [attribute],
    };
    expect(await faultsOf([plugin as Plugin])).toContain(
      `provider fake: provides ${attribute}, which no plugin can provide`,
    );
  });

  test.each(["credential.service_token", "identity.groups", "device.provider:x", "own."])(
    "one that needs %s",
    async (need) => {
      const plugin = { ...fakePlugin({ provides: ["device.os"] }), needs: ["device.id", need] };
      expect(await faultsOf([plugin as Plugin])).toContain(
        `provider fake: needs ${need}, which no plugin can ask for`,
      );
    },
  );

  test("one that provides nothing, and ones with names that nobody could use", async () => {
    expect(await faultsOf([fakePlugin({})])).toEqual(["provider fake: provides nothing"]);
    expect(await faultsOf([fakePlugin({ name: "My Plugin", provides: ["device.os"] })])).toHaveLength(1);
    const misnamed = { ...fakePlugin({}), attributes: { "own.a b": t.Number() } };
    expect(await faultsOf([misnamed as never])).toEqual([
      "provider fake: attributes of its own must be named own.NAME",
    ]);
  });
});

describe("a registry", () => {
  test("plans what a provider needs before the provider, and nothing that is not wanted", async () => {
    const [score, serial] = [await start(SCORE), await start(SERIAL)];
    const registry = registryOf([score, serial]);
    const plan = registry.plan(["device.provider:conn-1"]);
    expect(plan.map(({ provider, names }) => [provider.name, ...names])).toEqual([
      ["serial", "device.serial_number"],
      ["score", "device.provider:conn-1"],
    ]);
    expect(registry.plan(["device.serial_number"])).toHaveLength(1);
    expect(registry.plan(["identity.email"])).toEqual([]);
  });

  test("takes one plugin for several identity providers, whose logins never meet", async () => {
    const ldap = groupsPlugin("ldap", []);
    const providers = [
      await start(ldap, { config: { idp: "okta" } }),
      await start(ldap, { config: { idp: "entra" } }),
    ];
    expect(registryOf(providers).providers.map(({ name }) => name)).toEqual(["ldap:okta", "ldap:entra"]);
    const rival = await start(groupsPlugin("scim", []), { config: { idp: "entra" } });
    expect(createRegistry([...providers, rival]).faults).toHaveLength(1);
  });

  test("makes the plan of an application once", async () => {
    const registry = registryOf([await start(SERIAL)]);
    const wanted = ["device.serial_number"] as const;
    expect(registry.plan(wanted)).toBe(registry.plan(wanted));
  });

  test("knows what part of the subject a provider starts from, however far away", async () => {
    const [score, serial] = [await start(SCORE), await start(SERIAL)];
    expect(registryOf([score, serial]).rootsOf(score)).toEqual(["device"]);
  });
});
