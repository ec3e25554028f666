import { expect, test } from "bun:test";
import { createRegistry } from "../../src/pip/registry.ts";
import { definePlugin, t } from "../../src/plugin.ts";
import { pipOf, request, start } from "./rig.ts";

/** Says of every device that it has a score, under the connection that it is told to speak of. */
const scorePlugin = (name: string, score: number, speaksOf?: string) =>
  definePlugin({
    name,
    provides: ["device.provider"],
    needs: ["device.id"],
    connection: "connection",
    config: t.Object({ connection: t.String() }),
    setup: ({ connection }) => ({
      resolve: () => ({ "device.provider": { [speaksOf ?? connection]: { score } } }),
    }),
  });

const DEVICE = request({ "device.id": "laptop-1" });

test("two providers of records are told apart by the connection that each is bound to", async () => {
  const one = await start(scorePlugin("one", 1), { config: { connection: "c1" } });
  const two = await start(scorePlugin("two", 2), { config: { connection: "c2" } });
  const facts = await pipOf([one, two]).gather(["device.provider:c1", "device.provider:c2"], DEVICE);
  expect(facts["device.provider:c1"]).toMatchObject({ value: new Map([["score", 1]]), source: "one:c1" });
  expect(facts["device.provider:c2"]).toMatchObject({ value: new Map([["score", 2]]), source: "two:c2" });
});

test("two of one connection need to be merged", async () => {
  const one = await start(scorePlugin("one", 1), { config: { connection: "c1" } });
  const two = await start(scorePlugin("two", 2), { config: { connection: "c1" } });
  expect(createRegistry([one, two]).faults).toHaveLength(1);
  expect(createRegistry([one, two], new Map([["device.provider", "first"]])).faults).toEqual([]);
});

test("a provider that answers for another connection is not believed", async () => {
  const liar = await start(scorePlugin("liar", 9, "c2"), { config: { connection: "c1" } });
  const facts = await pipOf([liar]).gather(["device.provider:c1", "device.provider:c2"], DEVICE);
  expect(facts["device.provider:c1"]).toMatchObject({ state: "unknown", why: "malformed" });
  expect(facts["device.provider:c2"]).toBeUndefined();
});
