import { describe, expect, test } from "bun:test";
import { pollProvider } from "../../src/pip/poll.ts";
import { subjectOf } from "../../src/pip/subject.ts";
import { definePlugin, type Host, t } from "../../src/plugin.ts";
import { NOON } from "../support/records.ts";
import { groupsPlugin } from "./fake-plugin.ts";
import { ALICE, pipOf, registryOf, request, start } from "./rig.ts";

const CONFIGURED = definePlugin({
  name: "configured",
  provides: ["device.hostname"],
  needs: ["device.id"],
  config: t.Object({
    url: t.String(),
    paths: t.Optional(t.Array(t.Object({ path: t.String() }))),
    labels: t.Optional(t.Object({}, { additionalProperties: t.String() })),
  }),
  setup: () => ({ resolve: () => ({}) }),
});

describe("the configuration of a plugin", () => {
  test.each([
    ["url: is missing", {}],
    ["url: expected a string", { url: 7 }],
    ["extra: is an unknown key", { url: "x", extra: 1 }],
    ["paths.0.extra: is an unknown key", { url: "x", paths: [{ path: "y", extra: 1 }] }],
    ["expected an object", null],
  ])("is refused where it does not meet the schema: %s", async (fault, config) => {
    const starting = start(CONFIGURED, { config });
    await expect(starting).rejects.toMatchObject({ code: "config_invalid" });
    await expect(starting).rejects.toThrow(`config of configured: ${fault}`);
  });

  test("may have keys of any name where the plugin says so", async () => {
    const provider = await start(CONFIGURED, { config: { url: "x", labels: { any: "thing" } } });
    expect(provider.name).toBe("configured");
  });

  test("never shows a value in what is complained of", async () => {
    const starting = start(CONFIGURED, { config: { url: { password: "hunter2" } } });
    await expect(starting).rejects.toThrow(/^(?!.*hunter2)/);
  });

  test("names the identity provider where the plugin is of one", async () => {
    expect((await start(groupsPlugin("ldap", []), { config: { idp: "okta" } })).idp).toBe("okta");
    await expect(start(groupsPlugin("ldap", []), { config: { idp: "" } })).rejects.toMatchObject({
      code: "config_invalid",
    });
  });
});

test("a plugin is handed fetch, lookUp, now and log, and nothing else", async () => {
  const handed: Host[] = [];
  const lines: string[] = [];
  const plugin = definePlugin({
    name: "curious",
    provides: ["device.hostname"],
    needs: ["device.id"],
    config: t.Object({}),
    setup(_, host) {
      handed.push(host);
      host.log(`at ${host.now()}`);
      return { resolve: () => ({}) };
    },
  });
  await start(plugin, { log: (message) => lines.push(message) });
  expect(handed.map((host) => Object.keys(host).sort())).toEqual([["fetch", "log", "lookUp", "now"]]);
  expect(lines).toEqual([`provider curious: at ${NOON}`]);
});

test("a provider that is let go disposes of its plugin", async () => {
  let disposed = 0;
  const plugin = definePlugin({
    name: "leaver",
    provides: ["device.hostname"],
    needs: ["device.id"],
    config: t.Object({}),
    setup: () => ({ resolve: () => ({}), dispose: () => void disposed++ }),
  });
  await (await start(plugin)).dispose();
  expect(disposed).toBe(1);
});

type Poll = (ids: readonly string[]) => readonly (readonly [index: number, hostname: string | null])[];

/** A provider that polls; `poll` tells by position whom it answers, and what. */
const polling = (poll: Poll) =>
  start(
    definePlugin({
      name: "mdm",
      provides: ["device.hostname"],
      needs: ["device.id"],
      config: t.Object({}),
      setup: () => ({
        resolve: () => ({}),
        async poll(subjects) {
          return poll(subjects.map((subject) => subject["device.id"])).flatMap(([index, hostname]) => {
            const subject = subjects[index];
            return subject === undefined ? [] : [[subject, { "device.hostname": hostname }] as const];
          });
        },
      }),
    }),
  );

const device = (id: string) => {
  const facts = request({ "device.id": id });
  return { subject: subjectOf(facts, NOON), facts };
};

describe("a poll", () => {
  async function pollAll(poll: Poll) {
    const provider = await polling(poll);
    const pip = pipOf([provider]);
    const batch = [device("d1"), device("d2"), { subject: subjectOf({}, NOON), facts: {} }];
    const { entries, left } = await pollProvider(registryOf([provider]), provider, batch, [], () => NOON);
    expect(left).toEqual([]);
    pip.put(entries);
    const learn = async (id: string) => {
      const facts = await pip.gather(["device.hostname"], request({ "device.id": id }));
      const fact = facts["device.hostname"];
      return fact?.state === "known" ? fact.value : fact?.state;
    };
    return { d1: await learn("d1"), d2: await learn("d2") };
  }

  test("stores what requests then find, for those it was asked about", async () => {
    const asked: string[][] = [];
    const learnt = await pollAll((ids) => {
      asked.push([...ids]);
      return [
        [0, "one"],
        [1, null],
      ];
    });
    expect({ learnt, asked }).toEqual({ learnt: { d1: "one", d2: "absent" }, asked: [["d1", "d2"]] });
  });

  test("that answers twice for one subject says nothing of that one", async () => {
    expect(
      await pollAll(() => [
        [0, "one"],
        [1, "two"],
        [0, "three"],
      ]),
    ).toEqual({ d1: "unknown", d2: "two" });
  });

  test("that passes a subject over says nothing of it", async () => {
    expect(await pollAll(() => [[1, "two"]])).toEqual({ d1: "unknown", d2: "two" });
  });

  test("that fails stores nothing", async () => {
    const learnt = await pollAll(() => {
      throw new Error("down");
    });
    expect(learnt).toEqual({ d1: "unknown", d2: "unknown" });
  });

  test("of a provider that cannot, or for nobody, asks nobody", async () => {
    const provider = await start(groupsPlugin("ldap", []), { config: { idp: "okta" } });
    const batch = [{ subject: subjectOf(ALICE, NOON), facts: ALICE }];
    expect(await pollProvider(registryOf([provider]), provider, batch, [], () => NOON)).toEqual({
      entries: [],
      left: [],
    });
  });

  test("of a source that goes on failing leaves those for later who were not answered for", async () => {
    const provider = await polling(() => {
      throw new Error("down");
    });
    const batch = [device("d1"), device("d2")];
    const poll = () => pollProvider(registryOf([provider]), provider, batch, [], () => NOON);
    for (let failures = 1; failures < 5; failures++) expect(await poll()).toEqual({ entries: [], left: [] });
    expect(await poll()).toEqual({ entries: [], left: batch });
    expect(await poll()).toEqual({ entries: [], left: batch });
  });

  test("one by one leaves for later whom the source has not answered for when it wants a rest", async () => {
    const asked: unknown[] = [];
    using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(incoming) {
        asked.push(new URL(incoming.url).pathname);
        const headers = { "retry-after": "60" };
        return asked.length < 3 ? Response.json({}) : new Response("", { status: 429, headers });
      },
    });
    const plugin = definePlugin({
      name: "one-by-one",
      provides: [],
      needs: ["device.id"],
      attributes: { "own.seen": t.Boolean() },
      config: t.Object({}),
      setup: (_, host) => ({
        async resolve(subject, _wanted, signal) {
          await host.fetch(`http://127.0.0.1:${server.port}/${subject["device.id"]}`, { signal });
          return { "own.seen": true };
        },
      }),
    });
    const provider = await start(plugin);
    const batch = ["d1", "d2", "d3", "d4"].map(device);
    const registry = registryOf([provider]);
    const { entries, left } = await pollProvider(registry, provider, batch, ["own.seen"], () => NOON);
    expect({ asked, entries: entries.length, left: left.map(({ subject }) => subject.device) }).toEqual({
      asked: ["/d1", "/d2", "/d3"],
      entries: 2,
      left: ["d3", "d4"],
    });
  });
});
