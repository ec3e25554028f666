import { describe, expect, test } from "bun:test";
import { type Facts, known } from "../../src/core/fact.ts";
import type { Gatherer } from "../../src/pip/gather.ts";
import { LiveCache } from "../../src/server/decision/live-cache.ts";
import { type RevocationTarget, revocationKey } from "../../src/session/revocation.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Key } from "../../src/store/store.ts";
import { Topics } from "../../src/store/topics.ts";
import { NOW } from "../token/access-team.ts";
import { identityOfAda, type RigOptions, SessionRig } from "./rig.ts";

const POLICIES = `
applications:
  - name: wiki
    policies:
      - { name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }], exclude: [{ geo: { country_code: FR } }] }
`;
const IAT = NOW / 1_000;
const CLAIMS = { iat: IAT, email: "ada@example.com", device_id: "laptop" };
const COUNTRY: Key = ["fact", "person:u-ada", "geoip", "network.country"];
/** A session that was found live is not taken for live any more. */
const LATER_MS = 6_000;

/** Tells what it is asked. */
class ObservedStore extends MemoryStore {
  readonly asked: string[] = [];

  override getMany(keys: readonly Key[]) {
    this.asked.push("getMany");
    return super.getMany(keys);
  }

  override getAgain(keys: readonly Key[]) {
    this.asked.push("getAgain");
    return super.getMany(keys);
  }
}

/** Knows of the country what is stored, and asks nobody. */
const STORED_COUNTRY: Gatherer = {
  storeKeys: () => [COUNTRY],
  async gather(_subject, _wanted, [country = null], given) {
    const from = { source: "geoip", learntAt: NOW, expiresAt: Number.POSITIVE_INFINITY };
    const learnt: Facts = country === null ? {} : { "network.country": known(country, from) };
    return { facts: { ...given, ...learnt }, toStore: [], asked: false };
  },
};

/** Ada, whose requests have been permitted twice, the last time without anything new in the store. */
async function openRig(options: RigOptions = {}) {
  const clock = { now: NOW };
  const store = new ObservedStore(() => clock.now, new Topics(() => {}));
  const rig = await SessionRig.open(POLICIES, { store, gatherer: STORED_COUNTRY, ...options });
  const askLater = async () => {
    rig.now += LATER_MS;
    clock.now = rig.now;
    store.asked.length = 0;
    return rig.outcome(CLAIMS);
  };
  await store.set(COUNTRY, "PT", null);
  await rig.login(identityOfAda());
  expect([await askLater(), await askLater()]).toEqual(["permit", "permit"]);
  return { rig, store, askLater };
}

describe("a request that comes again", () => {
  test("asks the store whether it still says the same, and no more", async () => {
    const { store, askLater } = await openRig();
    expect(await askLater()).toBe("permit");
    expect(store.asked).toEqual(["getAgain"]);
  });

  test("asks so of a denial, too", async () => {
    const { store, askLater } = await openRig();
    await store.set(COUNTRY, "FR", null);
    expect([await askLater(), await askLater()]).not.toContain("permit");
    expect(store.asked).toEqual(["getAgain"]);
    await store.set(COUNTRY, "PT", null);
    expect(await askLater()).toBe("permit");
  });

  test.each<RevocationTarget>([
    { kind: "user", id: "u-ada" },
    { kind: "email", id: "ada@example.com" },
    { kind: "device", id: "laptop" },
  ])("sees a revocation that nobody told of: of the $kind", async (target) => {
    const { rig, store, askLater } = await openRig();
    await store.set(revocationKey(target), JSON.stringify({ revoked_before: rig.now }), null);
    expect(await askLater()).toBe("login_required");
  });

  test("sees a revocation of its session that nobody told of", async () => {
    const { rig, store, askLater } = await openRig();
    const [id = ""] = (await rig.ask(CLAIMS)).sessions;
    const key = revocationKey({ kind: "session", id });
    await store.set(key, JSON.stringify({ revoked_before: rig.now }), null);
    expect(await askLater()).toBe("login_required");
  });

  test("sees a fact that has changed, and one that has gone", async () => {
    const { store, askLater } = await openRig();
    await store.set(COUNTRY, "FR", null);
    expect(await askLater()).not.toBe("permit");
    await store.set(COUNTRY, "PT", null);
    expect(await askLater()).toBe("permit");
    await store.delete([COUNTRY]);
    expect(await askLater()).not.toBe("permit");
    // What has gone is not taken for gone before it is asked for properly.
    expect(store.asked).toEqual(["getAgain", "getMany"]);
  });

  test("sees another session of the person", async () => {
    const { rig, askLater } = await openRig();
    await rig.login(identityOfAda({ idp: { id: "other", type: "okta" } }));
    await askLater();
    expect((await rig.ask(CLAIMS)).facts["identity.login_method"]).toMatchObject({ why: "disagreement" });
  });

  test("sees each loss of the store, and not only the first", async () => {
    const { rig, store, askLater } = await openRig();
    const lose = async () => {
      const keys: Key[] = [];
      for await (const { key } of store.scan(["generation"])) keys.push(key);
      await store.delete(keys);
    };
    await lose();
    expect(await askLater()).toBe("login_required");
    const iat = rig.now / 1_000;
    await rig.login(identityOfAda({ iat }));
    const askAgain = async () => {
      rig.now += LATER_MS;
      return rig.outcome({ ...CLAIMS, iat });
    };
    expect(await askAgain()).toBe("permit");
    await lose();
    expect(await askAgain()).toBe("login_required");
    await lose();
    expect(await askAgain()).toBe("login_required");
  });

  test("sees a second loss before the first was anything but found out", async () => {
    const { rig, store } = await openRig();
    const lose = async () => {
      for await (const { key } of store.scan(["generation"])) await store.delete([key]);
    };
    const askLater = (iat: number) => {
      rig.now += LATER_MS;
      return rig.outcome({ sub: "u-bob", email: "bob@example.com", device_id: "desktop", iat });
    };
    await lose();
    const iat = (rig.now + LATER_MS) / 1_000;
    expect(await askLater(iat)).toBe("permit");
    await lose();
    expect(await askLater(iat)).toBe("login_required");
  });

  test("asks a provider again, once what it said has run out", async () => {
    const gatherer: Gatherer = {
      storeKeys: () => [],
      async gather(_subject, _wanted, _stored, given) {
        const from = { source: "geoip", learntAt: rig.now, expiresAt: rig.now + 1_000 };
        return { facts: { ...given, "network.country": known("PT", from) }, toStore: [], asked: true };
      },
    };
    const rig = await SessionRig.open(POLICIES, { gatherer });
    await rig.login(identityOfAda());
    for (let request = 0; request < 4; request++) {
      expect(await rig.outcome(CLAIMS)).toBe("permit");
      rig.now += LATER_MS;
    }
  });

  test("reads in full once a revocation was heard of: what it put there may be spoilt by now", async () => {
    const { rig, store, askLater } = await openRig();
    await rig.revoke("user", "somebody else");
    expect(await askLater()).toBe("permit");
    expect(store.asked).toEqual(["getMany"]);
  });

  test("is out of luck where the store is out of reach", async () => {
    const { store, askLater } = await openRig();
    await store.close();
    expect(await askLater()).toBe("store_unavailable");
  });
});

test("what was kept of a denial answers nothing by itself, and is no hit", () => {
  const cache = new LiveCache<string>(() => 0);
  cache.prepare("denied")("learnt", false, []);
  cache.prepare("permitted")("learnt", true, []);
  expect([cache.get("denied"), cache.get("permitted")]).toEqual([undefined, "learnt"]);
  expect(cache.last("denied")).toBe("learnt");
  expect(cache.figures()).toMatchObject({ hits: 1, misses: 1 });
  cache.clear();
  expect(cache.last("denied")).toBeUndefined();
});
