import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Key, type Store, StoreError } from "../../src/store/store.ts";

/** One driver, as the contract test needs it. */
export interface StoreFixture {
  /** Another opening of the same store. */
  open(): Promise<Store>;
  /** What the driver's clock says now, in milliseconds since the epoch. */
  now(): number;
  /** Lets that much time pass. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
}

let uniqueness = 0;

/** A key that no other test uses. */
export function freshKey(...parts: string[]): Key {
  return ["contract", `${process.pid}-${++uniqueness}`, ...parts];
}

export async function collect(
  entries: AsyncIterable<{ key: Key; value: string }>,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key, value } of entries) found[JSON.stringify(key)] = value;
  return found;
}

export function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "no error",
    (error: unknown) => (error instanceof StoreError ? error.code : `no StoreError but ${error}`),
  );
}

/** What every driver must hold to. `shared` is false where another opening is another store. */
export function describeStore(
  name: string,
  start: () => Promise<StoreFixture>,
  { shared = true } = {},
): void {
  describe(name, () => {
    let fixture: StoreFixture;
    let store: Store;

    beforeAll(async () => {
      fixture = await start();
      store = await fixture.open();
    }, 30_000);

    afterAll(async () => {
      await store?.close();
      await fixture?.stop();
    });

    test("gives back what was set, in the order asked, and null for what was not", async () => {
      const [a, b, none] = [freshKey(), freshKey(), freshKey()];
      await store.set(a, "one", null);
      await store.set(b, "", fixture.now() + 60_000);
      expect(await store.getMany([b, none, a, b])).toEqual(["", null, "one", ""]);
      expect(await store.getMany([])).toEqual([]);
      const before = await store.getMany([b, none, a, b]);
      expect(await store.getAgain([b, none, a, b], before)).toEqual(before);
      expect(await store.getAgain([a, b], before)).toEqual(["one", ""]);
      expect(await store.getAgain([], [])).toEqual([]);
    });

    test("the last value set is the one that stays, with its own expiry", async () => {
      const key = freshKey();
      await store.set(key, "first", fixture.now() + 100);
      await store.set(key, "second", null);
      await fixture.pass(150);
      expect(await store.getMany([key])).toEqual(["second"]);
    });

    test("an entry is gone from the moment it expires, for reading and for scanning", async () => {
      const prefix = freshKey();
      const expiresAt = fixture.now() + 100;
      await store.set([...prefix, "short"], "x", expiresAt);
      await store.set([...prefix, "long"], "y", expiresAt + 60_000);
      const both: Key[] = [
        [...prefix, "short"],
        [...prefix, "long"],
      ];
      const before = await store.getMany(both);
      await fixture.pass(100);
      expect(await store.getMany([[...prefix, "short"]])).toEqual([null]);
      expect(await store.getAgain(both, before)).toEqual([null, "y"]);
      expect(Object.values(await collect(store.scan(prefix)))).toEqual(["y"]);
    });

    test("an entry that has expired already is as good as deleted", async () => {
      const key = freshKey();
      await store.set(key, "x", null);
      await store.set(key, "y", fixture.now() - 1_000);
      expect(await store.getMany([key])).toEqual([null]);
    });

    test("deletes what it is told to and nothing else, present or not", async () => {
      const [a, b, c] = [freshKey(), freshKey(), freshKey()];
      await Promise.all([a, b].map((key) => store.set(key, "x", null)));
      await store.delete([a, c]);
      await store.delete([]);
      expect(await store.getMany([a, b, c])).toEqual([null, "x", null]);
    });

    test("keeps text of every kind unchanged", async () => {
      const values = ["", "\n", "a\0b", "é", "e\u0301", "😀", '{"a":1}', "\r\n$5\r\n", "x".repeat(1_048_576)];
      const keys = values.map(() => freshKey());
      await Promise.all(values.map((value, index) => store.set(keys[index] ?? ["?"], value, null)));
      expect((await store.getMany(keys)).every((value, index) => value === values[index])).toBe(true);
    });

    test.each([
      ["a value over 1 MiB", "é".repeat(524_289), null],
      ["a value that is no Unicode text", "\ud800", null],
      ["an expiry that is no number", "x", Number.NaN],
      ["an expiry that is infinite", "x", Number.POSITIVE_INFINITY],
      ["an expiry before the epoch", "x", 0],
    ])("refuses %s and keeps nothing", async (_, value, expiresAt) => {
      const key = freshKey();
      expect(await codeOf(store.set(key, value, expiresAt))).toBe("store_refused");
      expect(await codeOf(store.setDurably(key, value, expiresAt))).toBe("store_refused");
      expect(await codeOf(store.claim(key, value, expiresAt))).toBe("store_refused");
      expect(await store.getMany([key])).toEqual([null]);
    });

    test("keys that look alike are different keys", async () => {
      const like: Key[] = [
        ["a", "b"],
        ["a:b"],
        ["a", "", "b"],
        ["a", "b", ""],
        ["A", "b"],
        ["a%003ab"],
        ["a*", "b"],
      ];
      const keys = [...like, ["é"], ["e\u0301"], ["\ud800"], ["\ufffd"], [""]].map((parts) =>
        freshKey(...parts),
      );
      await Promise.all(keys.map((key, index) => store.set([...key], String(index), null)));
      const own = keys.map((key) => key[1]);
      expect(new Set(own).size).toBe(keys.length);
      const prefix = freshKey();
      await Promise.all(like.map((parts, index) => store.set([...prefix, ...parts], String(index), null)));
      expect(await store.getMany(like.map((parts) => [...prefix, ...parts]))).toEqual(
        like.map((_, index) => String(index)),
      );
    });

    test("scans by whole parts, the prefix itself included", async () => {
      const prefix = freshKey();
      const inside: Key[] = [["u1"], ["u1", "s1"], ["u1", "s2", "x"], ["u1", ""]];
      const outside: Key[] = [["u10"], ["u"], ["u1*"], ["u1:"], ["x", "u1"]];
      for (const parts of [...inside, ...outside]) await store.set([...prefix, ...parts], parts.join(), null);
      expect(await collect(store.scan([...prefix, "u1"]))).toEqual(
        Object.fromEntries(inside.map((parts) => [JSON.stringify([...prefix, ...parts]), parts.join()])),
      );
    });

    test("scans more entries than any driver takes at once, each exactly once", async () => {
      const kind = `many-${process.pid}`;
      const keys = Array.from({ length: 1_201 }, (_, n): Key => [kind, String(n)]);
      await Promise.all(keys.map((key) => store.set(key, "x", null)));
      const seen: string[] = [];
      for await (const { key } of store.scan([kind])) seen.push(JSON.stringify(key));
      expect(seen.length).toBe(keys.length);
      expect(new Set(seen)).toEqual(new Set(keys.map((key) => JSON.stringify(key))));
      await store.delete(keys);
      expect(await collect(store.scan([kind]))).toEqual({});
    });

    test("lets others have their turn while it scans", async () => {
      const kind = `turns-${process.pid}`;
      const keys = Array.from({ length: 1_201 }, (_, n): Key => [kind, String(n)]);
      await Promise.all(keys.map((key) => store.set(key, "x", null)));
      let hadTurn = false;
      setImmediate(() => {
        hadTurn = true;
      });
      let before = 0;
      for await (const _ of store.scan([kind])) if (!hadTurn) before++;
      expect(before).toBeLessThan(keys.length);
      await store.delete(keys);
    });

    test("of many who claim a key at once exactly one gets it, and all learn whose it is", async () => {
      const key = freshKey();
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, n) => store.claim(key, `claimant ${n}`, fixture.now() + 60_000)),
      );
      const won = claims.filter(({ claimed }) => claimed);
      expect(won.length).toBe(1);
      expect(new Set(claims.map(({ value }) => value))).toEqual(new Set([won[0]?.value ?? "nobody"]));
      expect(await store.getMany([key])).toEqual([won[0]?.value ?? "nobody"]);
    });

    test("a claim leaves what is there untouched, and a claim that has expired is free again", async () => {
      const [kept, expiring] = [freshKey(), freshKey()];
      await store.set(kept, "set before", null);
      expect(await store.claim(kept, "claimed", fixture.now() + 1_000)).toEqual({
        claimed: false,
        value: "set before",
      });
      await store.claim(expiring, "old", fixture.now() + 100);
      await fixture.pass(150);
      expect(await store.claim(expiring, "new", null)).toEqual({ claimed: true, value: "new" });
      expect(await store.getMany([kept, expiring])).toEqual(["set before", "new"]);
    });

    test("setDurably keeps the value as set does", async () => {
      const [key, expiring] = [freshKey(), freshKey()];
      expect(typeof (await store.setDurably(key, "revoked", null))).toBe("boolean");
      await store.setDurably(expiring, "revoked", fixture.now() + 100);
      await fixture.pass(150);
      expect(await store.getMany([key, expiring])).toEqual(["revoked", null]);
    });

    test("a collection gives back its members, whatever their names, and no others", async () => {
      const [collection, other, expiresAt] = [freshKey(), freshKey(), fixture.now() + 60_000];
      const names = ["a", "", "a:b", "é", "__proto__", "*"];
      await Promise.all(names.map((name) => store.put(collection, name, `value of ${name}`, expiresAt)));
      await store.put([...collection, "a"], "inner", "x", expiresAt);
      await store.set([...collection, "key"], "no member", null);
      expect(await store.members(collection)).toEqual(
        new Map(names.map((name) => [name, `value of ${name}`])),
      );
      expect(await store.members(other)).toEqual(new Map());
      expect(Object.values(await collect(store.scan(collection)))).toEqual(["no member"]);
      expect(await store.getMany([collection, [...collection, "a"]])).toEqual([null, null]);
    });

    test("a member that is put again is another, one that is added again stays as it is", async () => {
      const [collection, expiresAt] = [freshKey(), fixture.now() + 60_000];
      await store.add(collection, "added", "first", expiresAt);
      await store.add(collection, "added", "second", expiresAt);
      await store.put(collection, "put", "first", expiresAt);
      await store.put(collection, "put", "second", expiresAt);
      expect(await store.members(collection)).toEqual(
        new Map([
          ["added", "first"],
          ["put", "second"],
        ]),
      );
    });

    test("members expire one by one, and what has expired can be added again", async () => {
      const [collection, expiresAt] = [freshKey(), fixture.now() + 200];
      await store.put(collection, "long", "x", expiresAt + 60_000);
      await store.add(collection, "short", "y", expiresAt);
      await fixture.pass(250);
      await store.add(collection, "short", "z", expiresAt + 60_000);
      expect((await store.members(collection)).get("short")).toBe("z");
      await store.put(collection, "short", "z", fixture.now() - 1);
      expect(await store.members(collection)).toEqual(new Map([["long", "x"]]));
      expect((await store.members(collection)).get("long")).toBe("x");
    });

    test("of many who add to a collection at once nobody is lost, and one of each name is first", async () => {
      const [collection, expiresAt] = [freshKey(), fixture.now() + 60_000];
      const writers = Array.from({ length: 40 }, (_, n) => n);
      await Promise.all(writers.map((n) => store.add(collection, `m${n % 20}`, `by ${n}`, expiresAt)));
      const members = await store.members(collection);
      expect([...members.keys()].toSorted()).toEqual(
        writers
          .slice(0, 20)
          .map((n) => `m${n}`)
          .toSorted(),
      );
      await Promise.all(writers.map((n) => store.add(collection, `m${n % 20}`, "late", expiresAt)));
      expect(await store.members(collection)).toEqual(members);
    });

    test.each([
      ["a value over 1 MiB", "é".repeat(524_289), 60_000],
      ["an expiry that is no number", "x", Number.NaN],
    ])("refuses a member with %s", async (_, value, lifetime) => {
      const collection = freshKey();
      expect(await codeOf(store.put(collection, "m", value, fixture.now() + lifetime))).toBe("store_refused");
      expect(await codeOf(store.add(collection, "m", value, fixture.now() + lifetime))).toBe("store_refused");
      expect(await store.members(collection)).toEqual(new Map());
    });

    test("a published message reaches every listener of its topic and no other, until it stops listening", async () => {
      const heard: string[] = [];
      const stopFirst = await store.subscribe("sessions", (message) => heard.push(`first ${message}`));
      const stopSecond = await store.subscribe("sessions", (message) => heard.push(`second ${message}`));
      const stopOther = await store.subscribe("sessions:other", (message) => heard.push(`other ${message}`));
      await store.publish("sessions", "one");
      await settled(() => heard.length >= 2);
      stopFirst();
      stopFirst();
      await store.publish("sessions", "two");
      await settled(() => heard.length >= 3);
      stopSecond();
      await store.publish("sessions", "three");
      await store.publish("sessions:other", "four");
      await settled(() => heard.length >= 4);
      stopOther();
      expect(heard.sort()).toEqual(["first one", "other four", "second one", "second two"]);
    });

    test("a listener that throws does not keep the message from the next", async () => {
      const heard: string[] = [];
      const stopFaulty = await store.subscribe("faults", () => {
        throw new Error("faulty listener");
      });
      const stop = await store.subscribe("faults", (message) => heard.push(message));
      await store.publish("faults", "still heard");
      await settled(() => heard.length > 0);
      expect(heard).toEqual(["still heard"]);
      stopFaulty();
      stop();
    });

    if (shared)
      test("two openings are one store: values, claims and messages", async () => {
        const other = await fixture.open();
        const key = freshKey();
        const heard: string[] = [];
        const stop = await other.subscribe("shared", (message) => heard.push(message));
        await store.set(key, "from one", null);
        expect(await other.getMany([key])).toEqual(["from one"]);
        expect(await other.claim(key, "from the other", null)).toEqual({ claimed: false, value: "from one" });
        await store.publish("shared", "hello");
        await settled(() => heard.length > 0);
        expect(heard).toEqual(["hello"]);
        stop();
        await other.close();
      });

    test("once closed it answers nothing, rather than nothing there", async () => {
      const other = await fixture.open();
      const key = freshKey();
      await other.close();
      const asked = [
        other.getMany([key]),
        other.getAgain([key, key], []),
        other.set(key, "x", null),
        other.delete([key]),
        other.claim(key, "x", null),
        other.put(key, "m", "x", fixture.now() + 1_000),
        other.add(key, "m", "x", fixture.now() + 1_000),
        other.members(key),
      ];
      expect(await Promise.all(asked.map(codeOf))).toEqual(asked.map(() => "store_unavailable"));
      expect(await codeOf(collect(other.scan(key)))).toBe("store_unavailable");
      expect(await codeOf(other.publish("t", "m"))).toBe("store_unavailable");
      expect(await codeOf(other.subscribe("t", () => {}))).toBe("store_unavailable");
    });
  });
}

/** Waits until something that happens elsewhere has; the expectation that follows tells if it never did. */
export async function settled(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!holds() && performance.now() < deadline) await Bun.sleep(5);
}

/** Milliseconds until the store takes a write again. */
export async function recoveryMs(store: Store): Promise<number> {
  const start = performance.now();
  const key = freshKey();
  while ((await codeOf(store.set(key, "x", null))) !== "no error") {
    if (performance.now() - start > 20_000) throw new Error("the store never took a write again");
    await Bun.sleep(10);
  }
  return performance.now() - start;
}
