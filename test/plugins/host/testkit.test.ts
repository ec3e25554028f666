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

type Poll = (
  ids: readonly string[],
  ask: (id: string) => Promise<Response>,
) => Promise<readonly (boolean | null | undefined)[]>;

/** The good plugin, with a poll that is good or bad. */
function polledPlugin(poll: Poll): Plugin {
  return definePlugin({
    name: "firewall",
    provides: ["device.firewall"],
    needs: ["device.id"],
    config: t.Object({ url: t.String() }),
    setup: ({ url }, host) => ({
      async resolve(subject, _, signal) {
        const id = subject["device.id"];
        return { "device.firewall": await good(id, () => host.fetch(`${url}${id}`, { signal })) };
      },
      async poll(subjects, signal) {
        const ids = subjects.map((subject) => subject["device.id"]);
        const answers = await poll(ids, (id) => host.fetch(`${url}${id}`, { signal }));
        return subjects.map((subject, index) => [subject, { "device.firewall": answers[index] }]);
      },
    }),
  });
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

  test.each<[string, string, Poll]>([
    ["is met by a good", "", (ids, ask) => Promise.all(ids.map((id) => good(id, () => ask(id))))],
    [
      "is met by one that leaves strangers out, as a",
      "",
      (ids, ask) => Promise.all(ids.map(async (id) => (await good(id, () => ask(id))) ?? undefined)),
    ],
    [
      "is not met by one that says no to everybody for every error in a",
      "of many when the server breaks",
      (ids, ask) => Promise.all(ids.map((id) => good(id, () => ask(id)).catch(() => null))),
    ],
    [
      "is not met by one that says the first person's of everybody in a",
      "of many the same as of each alone",
      async ([first = "", ...others], ask) => {
        const answer = await good(first, () => ask(first));
        return [answer, ...others.map(() => answer)];
      },
    ],
    [
      "is not met by one that turns the order of answers round in a",
      "of each alone: the stranger, the known",
      async (ids, ask) => (await Promise.all(ids.map((id) => good(id, () => ask(id))))).toReversed(),
    ],
    [
      "is not met by one that forgets whom it knows in a",
      "of each alone: the known",
      async (ids) => ids.map(() => undefined),
    ],
  ])("%s poll", async (_, breach, poll) => {
    const breaches = (await findBreaches(polledPlugin(poll))).join("\n");
    if (breach === "") expect(breaches).toBe("");
    else expect(breaches).toContain(breach);
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
  expect(started.canPoll).toBe(false);
  await expect(started.poll([{ "device.id": "known" }])).rejects.toThrow("plugin firewall has no poll");
  const broken = await startPlugin(firewallPlugin(good), { ...SETUP, respond: () => new Response("") });
  expect((await broken.ask({ "device.id": "known" })).unknown).toEqual({ "device.firewall": "malformed" });
  expect(broken.log).toHaveLength(1);
});

test("a poll that fails leaves every attribute of everybody unknown, as a question that fails does", async () => {
  const everybody = [{ "device.id": "known" }, { "device.id": "stranger" }];
  const plugin = polledPlugin((ids, ask) => Promise.all(ids.map((id) => good(id, () => ask(id)))));
  const broken = await startPlugin(plugin, { ...SETUP, respond: () => new Response("", { status: 500 }) });
  const failed = { known: {}, absent: [], unknown: { "device.firewall": "failed" } };
  expect(await broken.poll(everybody)).toEqual([failed, failed]);
  const forgetful = await startPlugin(
    polledPlugin(async () => []),
    SETUP,
  );
  expect((await forgetful.poll(everybody)).map(({ unknown }) => unknown)).toEqual([
    { "device.firewall": "missing" },
    { "device.firewall": "missing" },
  ]);
});

test("a configuration that is not in order is told as `postern check` tells it, and defaults are filled in", async () => {
  const plugin = definePlugin({
    name: "hr",
    provides: [],
    needs: ["identity.email"],
    attributes: { "own.hr.site": t.String() },
    config: t.Object({ site: t.String({ default: "berlin" }), token: t.String({ minLength: 1 }) }),
    setup: ({ site }) => ({ resolve: () => ({ "own.hr.site": site }) }),
  });
  await expect(startPlugin(plugin, { config: {} })).rejects.toThrow("config of hr: token: is missing");
  await expect(startPlugin(plugin, { config: { token: "" } })).rejects.toThrow(
    "config of hr: token: is empty",
  );
  const started = await startPlugin(plugin, { config: { token: "a" } });
  expect((await started.ask({ "identity.email": "a@b.example" })).known).toEqual({ "own.hr.site": "berlin" });
});
