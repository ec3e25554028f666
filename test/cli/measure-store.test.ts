import { expect, test } from "bun:test";
import { measureStore } from "../../src/cli/measure-store.ts";
import { createMetrics } from "../../src/observe/metrics.ts";
import { createFaultyStore, STORE_DOWN } from "../support/faulty-store.ts";

function openMeasured() {
  const [metrics, faulty] = [createMetrics(), createFaultyStore()];
  const store = measureStore(faulty.store, metrics.recordStoreCall);
  const lines = async (start: string) =>
    (await metrics.registry.metrics()).split("\n").filter((line) => line.startsWith(start));
  return { store, faulty, lines };
}

test("a call to the store is answered as before, and its time is kept by operation", async () => {
  const { store, lines } = openMeasured();
  await store.set(["a"], "1", null);
  expect(await store.getMany([["a"]])).toEqual(["1"]);
  expect(await lines("store_call_duration_seconds_count")).toEqual([
    'store_call_duration_seconds_count{operation="set"} 1',
    'store_call_duration_seconds_count{operation="getMany"} 1',
  ]);
  expect(await lines("store_errors_total{")).toEqual([]);
});

test("a failure is counted by what it was, and stays one", async () => {
  const { store, faulty, lines } = openMeasured();
  faulty.before = STORE_DOWN;
  expect(store.getMany([["a"]])).rejects.toThrow("the store cannot be reached");
  expect(store.members(["a"])).rejects.toThrow("the store cannot be reached");
  await Bun.sleep(0);
  expect(await lines("store_errors_total{")).toEqual([
    'store_errors_total{operation="getMany",code="store_unavailable"} 1',
    'store_errors_total{operation="members",code="store_unavailable"} 1',
  ]);
});
