import { expect, test } from "bun:test";
import fc from "fast-check";
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import type { KeyRing } from "../../src/token/key-ring.ts";
import { refusalOf } from "./access-team.ts";
import {
  DAY_MS,
  Fleet,
  HOUR_MS,
  kidOf,
  kidsOf,
  MINUTE_MS,
  publishedKids,
  SECOND_MS,
} from "./key-ring-rig.ts";

const TOKEN_LIFETIME_MS = 60 * SECOND_MS;
const CACHES_MS = [0, 300 * SECOND_MS, HOUR_MS, DAY_MS];

/** Somebody who verifies with a document that it keeps for a while, and never asks for a kid it misses. */
class Verifier {
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #kids: ReadonlySet<string> = new Set();

  constructor(readonly cacheMs: number) {}

  knows(kid: string, ring: KeyRing, trueNow: number): boolean {
    if (trueNow - this.#fetchedAt >= this.cacheMs) {
      this.#kids = new Set(publishedKids(ring));
      this.#fetchedAt = trueNow;
    }
    return this.#kids.has(kid);
  }
}

test("over 1,000 rotations no verifier meets a key it does not have, whether it caches for nothing or a day", async () => {
  const fleet = new Fleet();
  const ring = await fleet.openUnsealed();
  const verifiers = CACHES_MS.map((cacheMs) => new Verifier(cacheMs));
  const active = new Set<string>();
  let token = await ring.sign({});
  let unverifiable = 0;
  // Around the change of keys and the removal of the old one, every interval at which a cache may be stale.
  const pauses = [
    SECOND_MS,
    59 * SECOND_MS,
    300 * SECOND_MS,
    HOUR_MS,
    DAY_MS - 1,
    6 * DAY_MS,
    35 * DAY_MS - 3 * HOUR_MS,
  ];
  while (active.size <= 1_000) {
    for (const pause of pauses) {
      // What was signed before the pause may still be shown after it, as long as it lives.
      const shown = pause <= TOKEN_LIFETIME_MS ? [token] : [];
      fleet.now += pause;
      await ring.refresh();
      token = await ring.sign({});
      for (const signed of [...shown, token]) {
        for (const verifier of verifiers) if (!verifier.knows(kidOf(signed), ring, fleet.now)) unverifiable++;
      }
    }
    active.add(kidOf(token));
    const jwks: JSONWebKeySet = JSON.parse(ring.jwks().body);
    await compactVerify(token, createLocalJWKSet(jwks));
  }
  fleet.close();
  expect(unverifiable).toBe(0);
}, 180_000);

/** What may happen to a ring; times in minutes. */
const event = fc.oneof(
  fc.record({
    kind: fc.constant("wait" as const),
    minutes: fc.constantFrom(0, 1, 5, 60, 1_430, 1_440, 1_470, 5_040, 60_480),
  }),
  fc.record({ kind: fc.constant("jump" as const), minutes: fc.constantFrom(-10, 0, 10) }),
  fc.record({ kind: fc.constant("rotate" as const) }),
  fc.record({ kind: fc.constant("restart" as const) }),
  fc.record({ kind: fc.constant("look" as const), cache: fc.nat({ max: CACHES_MS.length - 1 }) }),
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

/** Lets the events happen and counts the tokens that a verifier had no key for. */
async function countUnverifiable(events: readonly Event[], publishAheadMs: number) {
  const fleet = new Fleet();
  const trueStart = fleet.now;
  let [trueMs, skewMs, unverifiable] = [0, 0, 0];
  const setClock = () => {
    fleet.now = trueStart + trueMs + skewMs;
  };
  let ring = await fleet.openUnsealed({ publishAheadMs });
  const verifiers = CACHES_MS.map((cacheMs) => new Verifier(cacheMs));
  for (const happening of events) {
    if (happening.kind === "wait") trueMs += happening.minutes * MINUTE_MS;
    if (happening.kind === "jump") skewMs = happening.minutes * MINUTE_MS;
    setClock();
    if (happening.kind === "rotate") await refusalOf(() => ring.rotate());
    if (happening.kind === "restart") ring = await fleet.openUnsealed({ publishAheadMs });
    await ring.refresh();
    if (happening.kind === "look") {
      const verifier = verifiers[happening.cache];
      if (!verifier?.knows(kidOf(await ring.sign({})), ring, trueMs)) unverifiable++;
    }
  }
  fleet.close();
  return unverifiable;
}

test("no order of waiting, clock jumps of ten minutes, rotations by hand and restarts makes a token unverifiable", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 25 }), async (events) => {
      expect(await countUnverifiable(events, DAY_MS + 30 * MINUTE_MS)).toBe(0);
    }),
    { numRuns: 200 },
  );
}, 180_000);

test("the control: keys that are not published ahead do make tokens unverifiable", async () => {
  const look = { kind: "look", cache: CACHES_MS.indexOf(DAY_MS) } as const;
  const rotate = { kind: "rotate" } as const;
  expect(await countUnverifiable([look, rotate, look, rotate, look], 0)).toBe(1);
  expect(await countUnverifiable([look, rotate, look, rotate, look], DAY_MS + 30 * MINUTE_MS)).toBe(0);
});

test("the control: published ahead by a day alone, a clock that jumps makes tokens unverifiable", async () => {
  const look = { kind: "look", cache: CACHES_MS.indexOf(DAY_MS) } as const;
  const events = [
    { kind: "wait", minutes: 1_470 },
    { kind: "jump", minutes: -10 },
    look,
    { kind: "rotate" },
    { kind: "wait", minutes: 1_430 },
    { kind: "jump", minutes: 10 },
    { kind: "rotate" },
    look,
  ] as const;
  expect(await countUnverifiable(events, DAY_MS)).toBe(1);
  expect(await countUnverifiable(events, DAY_MS + 30 * MINUTE_MS)).toBe(0);
});

const JUMPS_MS = [
  [-1, 10 * MINUTE_MS],
  [-10 * MINUTE_MS, 0],
  [0, -10 * MINUTE_MS],
  [10 * MINUTE_MS, -10 * MINUTE_MS],
] as const;

test.each([
  { edge: "the next key is due", before: [41 * DAY_MS], at: 42 * DAY_MS },
  { edge: "the old key is removed", before: [41 * DAY_MS, 42 * DAY_MS], at: 49 * DAY_MS },
])(
  "where $edge, a clock that jumps by ten minutes takes no step back and skips none",
  async ({ before, at }) => {
    for (const [from, to] of JUMPS_MS) {
      const fleet = new Fleet();
      const ring = await fleet.openUnsealed();
      const start = fleet.now;
      const states: string[] = [];
      for (const sinceStartMs of [...before, at + from, at + to, at + HOUR_MS]) {
        fleet.now = start + sinceStartMs;
        await ring.refresh();
        const state = ["active", "pending", "retiring"].map((name) => kidsOf(ring, name).join()).join(" | ");
        if (states.at(-1) !== state) states.push(state);
      }
      // Each edge that was passed made one new state, and none that was left came back.
      expect(states).toHaveLength(before.length + 1);
      expect(new Set(states).size).toBe(states.length);
      fleet.close();
    }
  },
);

test("of five rings that open at once, and rotate at once, all have the same keys", async () => {
  const fleet = new Fleet();
  const rings = await Promise.all(Array.from({ length: 5 }, () => fleet.openUnsealed()));
  const agree = () => new Set(rings.map((ring) => JSON.stringify([ring.list(), ring.jwks().etag]))).size;
  expect(agree()).toBe(1);
  fleet.now += 42 * DAY_MS;
  await Promise.all(rings.map((ring) => ring.refresh()));
  expect(agree()).toBe(1);
  expect(rings[0]?.list().map((key) => key.state)).toEqual(["pending", "active", "retiring"]);
  fleet.close();
});

/** Lives through every kind of change until the store dies, at its operation number `crashAt`. */
async function liveUntilCrash(fleet: Fleet, crashAt: number) {
  let [operations, lastToken, crashed] = [0, null as string | null, false];
  const revoked: string[] = [];
  fleet.store.fault = () => {
    crashed ||= ++operations >= crashAt;
    if (crashed) throw new Error("crash");
  };
  const steps = [
    async (ring: KeyRing) => ring.refresh(),
    async (ring: KeyRing) => {
      fleet.now += 42 * DAY_MS;
      await ring.refresh();
    },
    async (ring: KeyRing) => {
      const [kid = ""] = kidsOf(ring, "active");
      await ring.revoke(kid);
      revoked.push(kid);
    },
    async (ring: KeyRing) => {
      fleet.now += 2 * DAY_MS;
      await ring.rotate();
    },
    async (ring: KeyRing) => {
      fleet.now += 7 * DAY_MS;
      await ring.refresh();
    },
  ];
  try {
    const ring = await fleet.openUnsealed();
    for (const step of steps) {
      lastToken = await ring.sign({});
      await step(ring);
      if (crashed) break;
      lastToken = await ring.sign({});
    }
  } catch (error) {
    if (!crashed) throw error;
  }
  fleet.store.fault = () => undefined;
  return { crashed, lastToken, revoked };
}

test("a restart between any two steps converges, forgets no key that signed and no revocation", async () => {
  let crashAt = 0;
  let crashed = true;
  while (crashed) {
    const fleet = new Fleet();
    const life = await liveUntilCrash(fleet, ++crashAt);
    const rings = [await fleet.openUnsealed(), await fleet.openUnsealed()];
    for (const ring of rings) {
      expect([kidsOf(ring, "active").length, kidsOf(ring, "pending").length]).toEqual([1, 1]);
      expect(publishedKids(ring)).toContain(kidOf(await ring.sign({})));
      for (const kid of life.revoked) expect(publishedKids(ring)).not.toContain(kid);
      const lastKid = life.lastToken === null ? null : kidOf(life.lastToken);
      const known = [...publishedKids(ring), ...kidsOf(ring, "revoked")];
      if (lastKid !== null) expect(known).toContain(lastKid);
    }
    expect(rings[0]?.list()).toEqual([...(rings[1]?.list() ?? [])]);
    crashed = life.crashed;
    fleet.close();
  }
  expect(crashAt).toBeGreaterThan(20);
});
