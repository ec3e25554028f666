import { describe, expect, test } from "bun:test";
import { current, unknown } from "../../src/core/fact.ts";
import type { Merge } from "../../src/pip/merge-facts.ts";
import { subjectOf } from "../../src/pip/subject.ts";
import { asOf, partial, t } from "../../src/plugin.ts";
import { NOON } from "../support/records.ts";
import { fakePlugin, groupsPlugin } from "./fake-plugin.ts";
import { ALICE, pipOf, request, start } from "./rig.ts";

const WANTED = ["device.serial_number"] as const;

/** A provider of serial numbers that counts how often it is asked, and answers when it is told to. */
async function serials(
  name = "serial",
  settings: { timeoutMs?: number; expiresMs?: number; clock?: () => number } = {},
) {
  const asked: unknown[] = [];
  let open: (value: unknown) => void = () => {};
  const plugin = fakePlugin({
    name,
    provides: ["device.serial_number", "device.hostname"],
    resolve: (subject) => {
      asked.push(subject["device.id"]);
      const { promise, resolve } = Promise.withResolvers<unknown>();
      open = resolve;
      return promise;
    },
  });
  const { clock = () => NOON, ...rest } = settings;
  const provider = await start(plugin, { settings: rest, clock });
  return { provider, asked, answer: (value: unknown) => open(value) };
}

/** Lets everything that is ready to happen, happen. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("what is gathered", () => {
  test("is what the provider answers, from when it was asked until it expires", async () => {
    const { provider, answer } = await serials("serial", { expiresMs: 60_000 });
    const pip = pipOf([provider]);
    const gathering = pip.gather([...WANTED], ALICE);
    await settle();
    answer({ "device.serial_number": "C02" });
    expect((await gathering)["device.serial_number"]).toEqual({
      state: "known",
      value: "C02",
      complete: true,
      source: "serial",
      learntAt: NOON,
      expiresAt: NOON + 60_000,
    });
  });

  test("is absent where the provider looked and found none, and unknown where it left it out", async () => {
    const plugin = fakePlugin({
      provides: ["device.serial_number", "device.hostname"],
      resolve: () => ({ "device.serial_number": null }),
    });
    const facts = await pipOf([await start(plugin)]).gather([...WANTED, "device.hostname"], ALICE);
    expect(facts["device.serial_number"]).toMatchObject({ state: "absent" });
    expect(facts["device.hostname"]).toMatchObject({ state: "unknown", why: "missing" });
  });

  test("is never asked for where the request says it", async () => {
    const { provider, asked } = await serials();
    const said = { ...ALICE, ...request({ "device.serial_number": "from-request" }) };
    const facts = await pipOf([provider]).gather([...WANTED], said);
    expect(facts["device.serial_number"]).toBe(said["device.serial_number"]);
    expect(asked).toEqual([]);
  });

  test.each(["no_person", "log_in_again", "disagreement", "malformed", "several_devices"] as const)(
    "is not asked for where the request says why it is unknown: %s",
    async (why) => {
      const { provider, asked } = await serials();
      const facts = await pipOf([provider]).gather([...WANTED], {
        ...ALICE,
        "device.serial_number": unknown(why),
      });
      expect(facts["device.serial_number"]).toEqual(unknown(why));
      expect(asked).toEqual([]);
    },
  );

  test("is asked for where the request left it out", async () => {
    const provider = await start(
      fakePlugin({ provides: ["device.serial_number"], resolve: () => ({ "device.serial_number": "C02" }) }),
    );
    const facts = await pipOf([provider]).gather([...WANTED], {
      ...ALICE,
      "device.serial_number": unknown("missing"),
    });
    expect(facts["device.serial_number"]).toMatchObject({ state: "known", value: "C02" });
  });

  test.each([
    ["person", "identity.risk_score", "identity.subject", "no_person"],
    ["device", "device.hostname", "device.id", "no_device"],
    ["address", "network.country", "network.ip", "missing"],
  ] as const)("needs a %s: without one nobody is asked", async (_, attribute, need, why) => {
    let asked = 0;
    const plugin = fakePlugin({ provides: [attribute], needs: [need], resolve: () => void asked++ });
    const facts = await pipOf([await start(plugin)]).gather([attribute], {});
    expect(facts[attribute]).toMatchObject({ state: "unknown", why });
    expect(asked).toBe(0);
  });
});

describe("what is stored", () => {
  test("is used until it expires, and no provider is asked", async () => {
    let now = NOON;
    const { provider, asked, answer } = await serials("serial", { expiresMs: 60_000, clock: () => now });
    const pip = pipOf([provider], undefined, () => now);
    const first = pip.gather([...WANTED], ALICE);
    await settle();
    answer({ "device.serial_number": "C02" });
    await first;
    now = NOON + 59_999;
    expect((await pip.gather([...WANTED], ALICE))["device.serial_number"]).toMatchObject({ value: "C02" });
    expect(asked).toHaveLength(1);
    now = NOON + 60_000;
    const late = await pip.gather([...WANTED], ALICE, 10);
    expect(late["device.serial_number"]).toMatchObject({ state: "unknown", why: "timeout" });
    expect(asked).toHaveLength(2);
  });

  test("is of the subject it was stored for: a value of another is asked for anew (OpenAI, 2023-03-20)", async () => {
    const { provider, asked, answer } = await serials();
    const pip = pipOf([provider]);
    const gathering = pip.gather([...WANTED], ALICE);
    await settle();
    answer({ "device.serial_number": "C02" });
    await gathering;
    const [entry] = pip.store.values();
    const others = { ...ALICE, ...request({ "device.id": "laptop-2" }) };
    const mixedUp = pip.gatherer.gather(
      subjectOf(others, NOON),
      [...WANTED],
      [entry?.value ?? ""],
      others,
      10,
    );
    expect((await mixedUp).facts["device.serial_number"]).toMatchObject({ state: "unknown", why: "timeout" });
    expect(asked).toEqual(["laptop-1", "laptop-2"]);
  });

  test.each(["", "null", "{}", "[]", '{"key":["fact"],"fact":{"state":"known"}}', "\u0000"])(
    "and makes no sense is asked for anew: %p",
    async (text) => {
      const { provider, asked } = await serials();
      const { gatherer } = pipOf([provider]);
      const { facts } = await gatherer.gather(subjectOf(ALICE, NOON), [...WANTED], [text], ALICE, 5);
      expect(facts["device.serial_number"]?.state).toBe("unknown");
      expect(asked).toHaveLength(1);
    },
  );

  test("holds for ten seconds that a provider left something out, so that it is not asked each time", async () => {
    const { provider, asked, answer } = await serials();
    const pip = pipOf([provider]);
    const gathering = pip.gather([...WANTED], ALICE);
    await settle();
    answer({});
    await gathering;
    expect((await pip.gather([...WANTED], ALICE))["device.serial_number"]).toMatchObject({ why: "missing" });
    expect(asked).toHaveLength(1);
    expect([...pip.store.values()].map(({ expiresAt }) => expiresAt)).toEqual([NOON + 10_000]);
  });

  test("never holds that a provider failed", async () => {
    const plugin = fakePlugin({
      provides: ["device.serial_number"],
      resolve: () => Promise.reject(new Error("no")),
    });
    const pip = pipOf([await start(plugin)]);
    await pip.gather([...WANTED], ALICE);
    expect(pip.store.size).toBe(0);
  });

  test("is never more than a store takes: a larger value is unknown", async () => {
    const tags = Array.from({ length: 60_000 }, (_, index) => `group-number-${index}-of-many`);
    const plugin = fakePlugin({
      attributes: { "own.tags": t.Array(t.String()) },
      resolve: () => ({ "own.tags": tags }),
    });
    const pip = pipOf([await start(plugin)]);
    expect((await pip.gather(["own.tags"], ALICE))["own.tags"]).toMatchObject({ why: "too_large" });
    expect(pip.store.size).toBe(0);
  });
});

describe("a question", () => {
  test("that many requests have is asked once", async () => {
    const { provider, asked, answer } = await serials();
    const pip = pipOf([provider]);
    const gatherings = Array.from({ length: 50 }, () => pip.gather([...WANTED], ALICE));
    await settle();
    answer({ "device.serial_number": "C02" });
    const all = await Promise.all(gatherings);
    expect(all.every((facts) => facts["device.serial_number"]?.state === "known")).toBe(true);
    expect(asked).toHaveLength(1);
    expect(pip.store.size).toBe(1);
  });

  test("that is part of one under way is that one; about another subject, or for more, it is another", async () => {
    const { provider, asked } = await serials();
    const pip = pipOf([provider]);
    const other = { ...ALICE, ...request({ "device.id": "laptop-2" }) };
    await Promise.all([
      pip.gather([...WANTED, "device.hostname"], ALICE, 10),
      pip.gather([...WANTED], ALICE, 10),
      pip.gather([...WANTED], other, 10),
      pip.gather([...WANTED, "device.hostname"], other, 10),
    ]);
    expect(asked).toEqual(["laptop-1", "laptop-2", "laptop-2"]);
  });

  test("whose answer is late is unknown now, and known to the next request", async () => {
    const { provider, asked, answer } = await serials();
    const pip = pipOf([provider]);
    const late = await pip.gather([...WANTED], ALICE, 5);
    expect(late["device.serial_number"]).toMatchObject({ state: "unknown", why: "timeout" });
    answer({ "device.serial_number": "C02" });
    await settle();
    await settle();
    const next = await pip.gather([...WANTED], ALICE, 5);
    expect(next["device.serial_number"]).toMatchObject({ state: "known", value: "C02" });
    expect(asked).toHaveLength(1);
  });

  test("whose answer comes after the provider's own timeout is not stored", async () => {
    const { provider, answer } = await serials("serial", { timeoutMs: 10 });
    const pip = pipOf([provider]);
    const late = await pip.gather([...WANTED], ALICE);
    expect(late["device.serial_number"]).toMatchObject({ state: "unknown", why: "timeout" });
    answer({ "device.serial_number": "C02" });
    await settle();
    expect(pip.store.size).toBe(0);
  });

  test("to one provider does not wait for another", async () => {
    const slow = await serials("slow");
    const quick = await start(
      fakePlugin({ name: "quick", provides: ["device.os"], resolve: () => ({ "device.os": OS }) }),
    );
    const facts = await pipOf([slow.provider, quick]).gather([...WANTED, "device.os"], ALICE, 10);
    expect(facts["device.os"]?.state).toBe("known");
    expect(facts["device.serial_number"]).toMatchObject({ why: "timeout" });
  });
});

const OS = { version: "1", distroName: null, distroRevision: null, versionExtra: null };

describe("a provider that needs what another provides", () => {
  const chain = async (serial: unknown, calls: string[] = []) => {
    const first = fakePlugin({
      name: "serial",
      provides: ["device.serial_number"],
      resolve: () => {
        calls.push("serial");
        return { "device.serial_number": serial };
      },
    });
    const second = fakePlugin({
      name: "score",
      provides: ["device.provider"],
      needs: ["device.serial_number"],
      resolve: (subject) => {
        calls.push(`score of ${subject["device.serial_number"]}`);
        return { "device.provider": { "conn-1": { score: 90 } } };
      },
    });
    return [await start(second), await start(first)];
  };

  test("is asked after it, with what it said", async () => {
    const calls: string[] = [];
    const pip = pipOf(await chain("C02", calls));
    const facts = await pip.gather(["device.provider:conn-1"], ALICE);
    expect(calls).toEqual(["serial", "score of C02"]);
    expect(facts["device.provider:conn-1"]).toMatchObject({
      state: "known",
      value: new Map([["score", 90]]),
    });
  });

  test.each([
    ["there is none", null, "missing"],
    ["it is not known", undefined, "missing"],
    ["it makes no sense", 7, "malformed"],
  ] as const)("is not asked where %s", async (_, serial, why) => {
    const calls: string[] = [];
    const facts = await pipOf(await chain(serial, calls)).gather(["device.provider:conn-1"], ALICE);
    expect(facts["device.provider:conn-1"]).toMatchObject({ state: "unknown", why });
    expect(calls).toEqual(["serial"]);
  });

  test("is not asked where only a part of it is known", async () => {
    let asked = 0;
    const tags = fakePlugin({
      name: "tags",
      attributes: { "own.tags": t.Array(t.String()) },
      resolve: () => ({ "own.tags": partial(["managed"]) }),
    });
    const tier = fakePlugin({
      name: "tier",
      provides: ["device.domain"],
      needs: ["own.tags"],
      resolve: () => void asked++,
    });
    const facts = await pipOf([await start(tags), await start(tier)]).gather(["device.domain"], ALICE);
    expect(facts["device.domain"]).toMatchObject({ state: "unknown", why: "incomplete" });
    expect(asked).toBe(0);
  });

  test("brings nobody into being asked whose answer is not needed", async () => {
    const calls: string[] = [];
    const pip = pipOf(await chain("C02", calls));
    await pip.gather(["device.provider:conn-1"], ALICE);
    for (const [key, { value }] of pip.store) if (value.includes("serial_number")) pip.store.delete(key);
    await pip.gather(["device.provider:conn-1"], ALICE);
    expect(calls).toEqual(["serial", "score of C02"]);
  });
});

describe("groups", () => {
  const oktaGroups = () => start(groupsPlugin("ldap", ["engineers"]), { config: { idp: "okta" } });

  test("of the identity provider that the login used count", async () => {
    const facts = await pipOf([await oktaGroups()]).gather(["identity.groups"], ALICE);
    expect(facts["identity.groups"]).toMatchObject({ state: "known", source: "ldap:okta" });
  });

  test.each([
    ["another", request({ "identity.login_method": "entra" })],
    ["nobody knows which", { "identity.login_method": unknown("missing") }],
  ])("are not written where the login used %s", async (_, login) => {
    const facts = await pipOf([await oktaGroups()]).gather(["identity.groups"], { ...ALICE, ...login });
    expect(facts["identity.groups"]).toBeUndefined();
    expect(current(facts["identity.groups"], NOON)).toMatchObject({ why: "not_provided" });
  });

  test("of two providers are merged as declared, where both count", async () => {
    const other = await start(groupsPlugin("scim", ["admins"]), { config: { idp: "entra" } });
    const same = await start(groupsPlugin("hr", ["staff"]), { config: { idp: "okta" } });
    const merges = new Map<string, Merge>([["identity.groups", "any"]]);
    const facts = await pipOf([await oktaGroups(), other, same], merges).gather(["identity.groups"], ALICE);
    expect(facts["identity.groups"]).toMatchObject({
      source: "ldap:okta+hr:okta",
      value: { names: new Set(["engineers", "staff"]) },
    });
  });
});

test("an answer that is too old already does not stand in the way of another provider's", async () => {
  const named = (name: string, hostname: unknown) =>
    start(
      fakePlugin({ name, provides: ["device.hostname"], resolve: () => ({ "device.hostname": hostname }) }),
    );
  const providers = [await named("old", asOf(NOON - 86_400_000, "before")), await named("new", "now")];
  const merges = new Map<string, Merge>([["device.hostname", "first"]]);
  const facts = await pipOf(providers, merges).gather(["device.hostname"], ALICE);
  expect(facts["device.hostname"]).toMatchObject({ state: "known", value: "now", source: "new" });
});

test("fifty failing providers are asked one question each at a time, and left alone in the end", async () => {
  let inFlight = 0;
  let most = 0;
  let questions = 0;
  const plugins = Array.from({ length: 50 }, (_, index) =>
    fakePlugin({
      name: `p${index}`,
      attributes: { [`own.a${index}`]: t.Number() },
      async resolve() {
        questions++;
        most = Math.max(most, ++inFlight);
        await settle();
        inFlight--;
        throw new Error("down");
      },
    }),
  );
  const providers = await Promise.all(
    plugins.map((plugin) => start(plugin, { settings: { concurrency: 1 }, elapsedMs: () => 0 })),
  );
  const pip = pipOf(providers);
  const wanted = plugins.map((_, index) => `own.a${index}` as const);
  for (let round = 0; round < 20; round++)
    await Promise.all([pip.gather(wanted, ALICE), pip.gather(wanted, ALICE)]);
  expect({ most, questions }).toEqual({ most: 50, questions: 250 });
  expect(providers.every((provider) => provider.health().breaker === "open")).toBe(true);
});
