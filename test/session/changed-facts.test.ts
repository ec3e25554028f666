import { describe, expect, test } from "bun:test";
import { type Facts, known } from "../../src/core/fact.ts";
import type { Gatherer } from "../../src/pip/gather.ts";
import { storeFacts } from "../../src/pip/store-facts.ts";
import { decodeEntry, encodeEntry } from "../../src/pip/stored-fact.ts";
import { LiveCache } from "../../src/server/decision/live-cache.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Key } from "../../src/store/store.ts";
import { Topics } from "../../src/store/topics.ts";
import { NOW } from "../token/access-team.ts";
import { identityOfAda, SessionRig } from "./rig.ts";

const POLICIES = `
applications:
  - name: wiki
    policies:
      - name: Staff
        decision: allow
        include: [{ email_domain: { domain: example.com } }]
        require: [{ geo: { country_code: PT } }]
`;
const DISK = `
posture_rules:
  - { id: disk, name: Disk, type: disk_encryption, input: { requireAll: true } }
`;
const CLAIMS = { iat: NOW / 1_000, email: "ada@example.com", device_id: "laptop" };
const OF_ADA: Key = ["fact", "person:u-ada", "geoip", "network.country"];
const OF_BOB: Key = ["fact", "person:u-bob", "geoip", "network.country"];

/** Knows of the country what is stored, and asks nobody. */
const STORED_COUNTRY: Gatherer = {
  storeKeys: () => [OF_ADA],
  async gather(_subject, _wanted, [text = null], given) {
    const country = decodeEntry(OF_ADA, "network.country", text, NOW);
    const learnt: Facts = country === undefined ? {} : { "network.country": country };
    return { facts: { ...given, ...learnt }, toStore: [], asked: false };
  },
};

/** A store that counts what it is asked, and two processes that share it; Ada has been permitted by both. */
async function openFleet() {
  let read = 0;
  class CountingStore extends MemoryStore {
    override getMany(keys: readonly Key[]) {
      read++;
      return super.getMany(keys);
    }
  }
  const store = new CountingStore(() => NOW, new Topics(() => {}));
  const learn = (key: Key, country: string, ageMs: number) => {
    const from = { source: "geoip", learntAt: NOW - ageMs, expiresAt: NOW - ageMs + 600_000 };
    const entry = encodeEntry(key, "network.country", known(country, from), NOW);
    return storeFacts(store, typeof entry === "string" ? [] : [entry]);
  };
  await learn(OF_ADA, "PT", 2_000);
  await learn(OF_BOB, "PT", 2_000);
  const open = () => SessionRig.open(POLICIES, { store, gatherer: STORED_COUNTRY });
  const replicas = [await open(), await open()];
  await replicas[0]?.login(identityOfAda());
  const outcomes = () => Promise.all(replicas.map((rig) => rig.outcome(CLAIMS)));
  expect(await outcomes()).toEqual(["permit", "permit"]);
  const readsOf = async (work: () => Promise<unknown>) => {
    const before = read;
    await work();
    return read - before;
  };
  return { learn, outcomes, readsOf };
}

describe("a fact that a poll or a re-check stores", () => {
  test("binds at once, in every process, where it is another than before", async () => {
    const { learn, outcomes } = await openFleet();
    await learn(OF_ADA, "RU", 0);
    expect(await outcomes()).toEqual(["no_policy_matched", "no_policy_matched"]);
    await learn(OF_ADA, "PT", 0);
    expect(await outcomes()).toEqual(["permit", "permit"]);
  });

  test.each([
    ["is the same as before, learnt anew", OF_ADA, "PT"],
    ["is somebody else's", OF_BOB, "RU"],
  ])("makes nobody ask the store where it %s", async (_, key, country) => {
    const { learn, outcomes, readsOf } = await openFleet();
    await learn(key, country, 0);
    expect(await readsOf(outcomes)).toBe(0);
  });
});

test("posture that Access asserts anew binds at once, where it is another than before", async () => {
  const rig = await SessionRig.open(
    POLICIES.replace("geo: { country_code: PT }", "device_posture: { integration_uid: disk }") + DISK,
  );
  const passed = { type: "disk_encryption", rule_name: "Disk", success: true, error: "" };
  const timestamp = new Date(NOW).toISOString();
  const assertDisk = (success: boolean) =>
    rig.login(identityOfAda({ devicePosture: { disk: { ...passed, success, timestamp } } }));
  await assertDisk(true);
  expect(await rig.outcome(CLAIMS)).toBe("permit");
  await assertDisk(false);
  expect(await rig.outcome(CLAIMS)).toBe("no_policy_matched");
});

describe("what is kept of a moment ago", () => {
  const keep = (cache: LiveCache<string>, key: string, names: readonly string[]) =>
    cache.prepare(key)("learnt", true, names);

  test("does not count once any of what was read for it is another", () => {
    const cache = new LiveCache<string>(() => 0);
    keep(cache, "ada", ["a", "b"]);
    keep(cache, "bob", ["c"]);
    cache.forget(["x"]);
    expect(cache.get("ada")).toBe("learnt");
    cache.forget(["b", "y"]);
    expect([cache.get("ada"), cache.get("bob")]).toEqual([undefined, "learnt"]);
    keep(cache, "ada", ["a", "b"]);
    expect(cache.get("ada")).toBe("learnt");
  });

  test("does not count where that came while it was read", () => {
    const cache = new LiveCache<string>(() => 0);
    const kept = cache.prepare("ada");
    cache.forget(["a"]);
    kept("learnt", true, ["a"]);
    expect(cache.get("ada")).toBeUndefined();
  });

  test("goes where so much has changed that it is not told apart any more", () => {
    const cache = new LiveCache<string>(() => 0);
    keep(cache, "ada", ["a"]);
    for (let change = 0; change < 10_001; change++) cache.forget([`other ${change}`]);
    expect(cache.get("ada")).toBeUndefined();
  });
});
