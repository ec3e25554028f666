import { compactVerify, createLocalJWKSet } from "jose";
import type { KeyRing } from "../../../src/token/key-ring.ts";
import { TokenError } from "../../../src/token/token-error.ts";
import { type Dice, happens, pick, seededDice } from "../../../test/oracle/dice.ts";
import { DAY_MS, Fleet, HOUR_MS, MINUTE_MS } from "../../../test/token/key-ring-rig.ts";
import type { Experiment, Extent } from "../experiment.ts";
import { type Report, Tally } from "../tally.ts";

const ROTATE_EVERY_MS = 2 * DAY_MS;
/** How long verifiers keep a copy of the public keys. */
const CACHED_FOR_MS: readonly number[] = [0, 5 * MINUTE_MS, HOUR_MS, DAY_MS];
const JUMPS_MS: readonly number[] = [-10 * MINUTE_MS, 10 * MINUTE_MS];

/** Keys rotate, replicas restart and clocks jump, in years that pass within seconds. */
export const k1KeyRotation: Experiment = {
  name: "K1",
  title: "keys rotated, verifiers with old copies, replicas restarted",
  servers: [],
  run: (extent) => run(extent, {}),
  controls: [
    {
      without: "the time in which the next key is published before it signs",
      shows: "wrongDenies",
      run: (extent) => run(extent, { publishAheadMs: 0 }),
    },
  ],
};

interface Verifier {
  readonly cachedForMs: number;
  fetchedAt: number;
  find: ReturnType<typeof createLocalJWKSet>;
}

async function run(extent: Extent, schedule: { readonly publishAheadMs?: number }): Promise<Report> {
  const [tally, dice, fleet] = [new Tally(), seededDice(extent.seed), new Fleet()];
  const open = () => fleet.openUnsealed({ rotateEveryMs: ROTATE_EVERY_MS, ...schedule });
  const rings = [await open(), await open()];
  const verifiers = CACHED_FOR_MS.map(
    (cachedForMs): Verifier => fetchKeys(pick(dice, rings), cachedForMs, fleet.now),
  );
  const endsAt = performance.now() + extent.seconds * 1_000;
  let active = "";
  try {
    while (tally.requests < extent.requests && performance.now() < endsAt) {
      await passTime(fleet, rings, open, dice);
      const signer = pick(dice, rings);
      const token = await signer.sign({ n: tally.requests });
      const kid = signer.list().find(({ state }) => state === "active")?.kid ?? "";
      if (kid !== active) tally.countFault();
      active = kid;
      for (const [index, before] of verifiers.entries()) {
        const isOld = fleet.now - before.fetchedAt >= before.cachedForMs;
        const verifier = isOld ? fetchKeys(pick(dice, rings), before.cachedForMs, fleet.now) : before;
        verifiers[index] = verifier;
        const holds = await compactVerify(token, verifier.find).then(
          () => true,
          () => false,
        );
        const describe = () =>
          `a signature did not hold with keys kept for ${verifier.cachedForMs / 1_000} s`;
        tally.count(holds ? "right" : "wrong_deny", holds, describe);
      }
      if (tally.requests % 10_000 === 0) {
        extent.onProgress({ requests: tally.requests, faults: tally.report().faults });
      }
    }
  } finally {
    fleet.close();
  }
  return tally.report();
}

/**
 * An hour or two; now and then a replica is restarted, an operator rotates by hand, or the clock of the
 * fleet jumps and comes back.
 */
async function passTime(
  fleet: Fleet,
  rings: KeyRing[],
  open: () => Promise<KeyRing>,
  dice: Dice,
): Promise<void> {
  fleet.now += MINUTE_MS * (30 + dice(90));
  if (happens(dice, 5)) {
    const index = dice(rings.length);
    rings[index]?.close();
    rings[index] = await open();
  }
  const jumpMs = happens(dice, 5) ? pick(dice, JUMPS_MS) : 0;
  fleet.now += jumpMs;
  if (happens(dice, 20)) await pick(dice, rings).rotate().catch(expectTooEarly);
  for (const ring of rings) await ring.refresh();
  fleet.now -= jumpMs;
}

function expectTooEarly(error: unknown): void {
  if (!(error instanceof TokenError && error.code === "rotation_too_early")) throw error;
}

function fetchKeys(ring: KeyRing, cachedForMs: number, now: number): Verifier {
  return { cachedForMs, fetchedAt: now, find: createLocalJWKSet(JSON.parse(ring.jwks().body)) };
}
