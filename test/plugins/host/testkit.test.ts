import { describe, expect, test } from "bun:test";
import { definePlugin, type Plugin, t } from "../../../src/plugin.ts";
import { type ContractSetup, contractOf, startPlugin } from "../../../src/testkit.ts";

type Resolve = (id: string, ask: () => Promise<Response>) => Promise<boolean | null | undefined>;

/** A plugin that asks whether a firewall is on, and is good or bad at it. */
function firewallPlugin(resolve: Resolve, more: Partial<Plugin> = {}): Plugin {
  const plugin = definePlugin({
    name: "firewall",
    provides: ["device.firewall"],
    needs: ["device.id"],
    config: t.Object({ url: t.String() }),
    setup: ({ url }, host) => ({
      async resolve(subject, _, signal) {
        const id = subject["device.id"];
        const answer = await resolve(id, () => host.fetch(`${url}${id}`, { signal }));
        return { "device.firewall": answer };
      },
    }),
  });
  return { ...plugin, ...more };
}

const SETUP: ContractSetup = {
  config: { url: "https://mdm.example.com/" },
  respond: ({ url }) => (url.endsWith("/known") ? Response.json(true) : new Response(null, { status: 404 })),
  knows: { "device.id": "known" },
  stranger: { "device.id": "stranger" },
};

const good: Resolve = async (_, ask) => {
  const response = await ask();
  if (response.status === 404) return null;
  const answer: unknown = await response.json();
  if (typeof answer !== "boolean") throw new SyntaxError("neither true nor false");
  return answer;
};

/** Names of the parts of the contract that a plugin does not meet. */
async function findBreaches(plugin: Plugin, setup: Partial<ContractSetup> = {}): Promise<readonly string[]> {
  const outcomes = contractOf(plugin, { ...SETUP, ...setup }).map(({ name, run }) =>
    run().then(
      () => [],
      () => [name],
    ),
  );
  return (await Promise.all(outcomes)).flat();
}

describe("the contract of plugins", () => {
  test("is met by a good one", async () => {
    expect(await findBreaches(firewallPlugin(good))).toEqual([]);
  });

  test.each<[string, Plugin, string]>([
    ["says no for every error", firewallPlugin((id, ask) => good(id, ask).catch(() => null)), "breaks"],
    ["takes a login page for an answer", firewallPlugin(async (_, ask) => (await ask()).ok), "login page"],
    [
      "takes half an answer for one",
      firewallPlugin(async (_, ask) => (await (await ask()).text()) !== ""),
      "cut off",
    ],
    ["knows strangers", firewallPlugin(async () => true), "stranger"],
    ["never knows anybody", firewallPlugin(async () => undefined), "whom the source knows"],
    ["provides what no plugin may", firewallPlugin(good, { name: "Fire Wall" }), "described"],
  ])("is not met by one that %s", async (_, plugin, breach) => {
    expect((await findBreaches(plugin)).join("\n")).toContain(breach);
  });

  test("is not met by one that asks while it is set up", async () => {
    const eager = definePlugin({
      name: "eager",
      provides: ["device.firewall"],
      needs: ["device.id"],
      config: t.Object({ url: t.String() }),
      async setup({ url }, host) {
        await host.fetch(`${url}known`);
        return { resolve: () => ({ "device.firewall": true }) };
      },
    });
    expect(await findBreaches(eager)).toContain("asks nobody while it is set up");
  });
});

test("a plugin in a test asks the server by its name, and what it logs is kept", async () => {
  const started = await startPlugin(firewallPlugin(good), SETUP);
  expect(await started.ask({ "device.id": "known" })).toEqual({
    known: { "device.firewall": true },
    absent: [],
    unknown: {},
  });
  expect(started.asked).toEqual(["https://mdm.example.com/known"]);
  expect(await started.poll([{ "device.id": "known" }])).toBeNull();
  const broken = await startPlugin(firewallPlugin(good), { ...SETUP, respond: () => new Response("") });
  expect((await broken.ask({ "device.id": "known" })).unknown).toEqual({ "device.firewall": "malformed" });
  expect(broken.log).toHaveLength(1);
});
