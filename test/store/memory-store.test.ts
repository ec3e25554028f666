import { expect, test } from "bun:test";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { Topics } from "../../src/store/topics.ts";
import { codeOf } from "./store-contract.ts";

test("a memory store does not grow with what has expired", async () => {
  let now = 1_000_000;
  const store = new MemoryStore(() => now, new Topics(() => {}));
  for (let minute = 0; minute < 5; minute++) {
    for (let n = 0; n < 1_000; n++) await store.set(["reply", `${minute}`, `${n}`], "x", now + 60_000);
    now += 61_000;
    await store.claim(["reply", `${minute}`, "last"], "x", now + 1);
    expect(store.size).toBe(1);
  }
});

test("a scan of a memory store ends, however fast its reader writes", async () => {
  const store = new MemoryStore(() => 0, new Topics(() => {}));
  await store.set(["task", "0"], "x", null);
  let seen = 0;
  for await (const _ of store.scan(["task"])) await store.set(["task", `${++seen}`], "x", null);
  expect(seen).toBe(1);
});

test("a scan of a memory store that is closed meanwhile fails rather than look complete", async () => {
  const store = new MemoryStore(() => 0, new Topics(() => {}));
  for (let n = 0; n < 1_000; n++) await store.set(["task", `${n}`], "x", null);
  const reading = Array.fromAsync(store.scan(["task"]));
  await store.close();
  expect(await codeOf(reading)).toBe("store_unavailable");
});

test("a value in memory is never called durable", async () => {
  const store = new MemoryStore(() => 0, new Topics(() => {}));
  expect(await store.setDurably(["revoked", "alice"], "x", null)).toBe(false);
});
