import { describe, expect, test } from "bun:test";
import { NOON } from "../support/records.ts";
import { fakePlugin } from "./fake-plugin.ts";
import { ALICE, pipOf, request, start } from "./rig.ts";

/** A provider of countries, and how often it is asked, on a clock that the test moves. */
async function openCountries() {
  const state = { now: NOON, asked: 0 };
  const clock = () => state.now;
  const plugin = fakePlugin({
    name: "geo",
    provides: ["network.country"],
    needs: ["network.ip"],
    resolve: () => {
      state.asked++;
      return { "network.country": "PT" };
    },
  });
  const provider = await start(plugin, { clock, settings: { expiresMs: 60_000 } });
  const pip = pipOf([provider], undefined, clock);
  const askFrom = async (address: string) => {
    const facts = await pip.gather(["network.country"], request({ "network.ip": address }));
    return facts["network.country"]?.state;
  };
  return { state, pip, askFrom };
}

describe("what is learnt of the address of somebody who is not known", () => {
  test("is in no store, however many addresses they have", async () => {
    const { pip, askFrom } = await openCountries();
    for (let host = 1; host <= 50; host++) {
      expect(await askFrom(`2001:db8::${host.toString(16)}`)).toBe("known");
    }
    expect(pip.store.size).toBe(0);
  });

  test("is asked for once, until it expires", async () => {
    const { state, askFrom } = await openCountries();
    await askFrom("192.0.2.1");
    state.now += 59_999;
    expect(await askFrom("192.0.2.1")).toBe("known");
    expect(state.asked).toBe(1);
    state.now += 1;
    expect(await askFrom("192.0.2.1")).toBe("known");
    expect(state.asked).toBe(2);
  });

  test("is of that address alone", async () => {
    const { state, askFrom } = await openCountries();
    await askFrom("192.0.2.1");
    await askFrom("192.0.2.2");
    expect(state.asked).toBe(2);
  });

  test("is forgotten, the oldest first, where there are too many", async () => {
    const { state, askFrom } = await openCountries();
    for (let host = 0; host <= 10_000; host++) await askFrom(`10.1.${host >> 8}.${host & 255}`);
    const before = state.asked;
    await askFrom("10.1.39.16");
    expect(state.asked).toBe(before);
    await askFrom("10.1.0.0");
    expect(state.asked).toBe(before + 1);
  });
});

test("what is learnt of the address of somebody who is known is stored, for all processes", async () => {
  const { pip } = await openCountries();
  await pip.gather(["network.country"], ALICE);
  expect(pip.store.size).toBe(1);
});
