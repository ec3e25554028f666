import { describe, expect, test } from "bun:test";
import { createRoundLedger } from "../../src/pip/polling/round-ledger.ts";
import type { Batch } from "../../src/pip/polling/scheduler.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { Topics } from "../../src/store/topics.ts";
import { NOON } from "../support/records.ts";

const INTERVAL_MS = 60_000;

function ledgersOn(time: { ms: number }) {
  const store = new MemoryStore(() => NOON + time.ms, new Topics(() => {}));
  return (...batches: readonly Batch[]) =>
    createRoundLedger(
      {
        name: "trust",
        intervalMs: INTERVAL_MS,
        async *list() {
          yield* batches;
        },
      },
      store,
      () => NOON + time.ms,
    );
}

describe("what is to be done in a round", () => {
  test("is found by whoever did not begin it, batch by batch, until it is done", async () => {
    const ledgerOf = ledgersOn({ ms: 0 });
    const one = ledgerOf(["a", "b"], ["c"]);
    const another = ledgerOf();
    expect(await another.find("round-1")).toBeNull();
    const begun = await one.begin("round-1");
    expect(await another.find("round-1")).toEqual(begun);
    expect(begun.size).toBe(2);
    const { listing } = begun;
    expect([await another.read(listing, 0), await another.read(listing, 1)]).toEqual([["a", "b"], ["c"]]);
    await another.write(listing, 0, ["b"]);
    await another.write(listing, 1, []);
    expect([await one.read(listing, 0), await one.read(listing, 1)]).toEqual([["b"], null]);
  });

  test("is what the first of two wrote down who both begin it", async () => {
    const ledgerOf = ledgersOn({ ms: 0 });
    const first = await ledgerOf(["a"]).begin("round-1");
    const second = await ledgerOf(["a"], ["b"]).begin("round-1");
    expect(second).toEqual(first);
  });

  test("is another in the next round", async () => {
    const ledger = ledgersOn({ ms: 0 })(["a"]);
    expect((await ledger.begin("round-1")).listing).not.toBe((await ledger.begin("round-2")).listing);
  });

  test("is forgotten when the rounds after it have long begun", async () => {
    const time = { ms: 0 };
    const ledger = ledgersOn(time)(["a"]);
    const { listing } = await ledger.begin("round-1");
    time.ms = 2 * INTERVAL_MS;
    expect(await ledger.read(listing, 0)).toEqual(["a"]);
    time.ms += INTERVAL_MS;
    expect([await ledger.read(listing, 0), await ledger.find("round-1")]).toEqual([null, null]);
  });

  test("is cut into pieces that a store takes, however large a batch is", async () => {
    const batch = Array.from({ length: 10_000 }, (_, index) => `${index}-`.padEnd(1_000, "x"));
    const ledger = ledgersOn({ ms: 0 })(batch);
    const { listing, size } = await ledger.begin("round-1");
    const pieces = await Promise.all(Array.from({ length: size }, (_, index) => ledger.read(listing, index)));
    expect(pieces.flatMap((piece) => piece ?? [])).toEqual(batch);
    expect(size).toBeGreaterThan(30);
  });
});
