import { expect, test } from "bun:test";
import fc from "fast-check";
import { NOON } from "../support/records.ts";
import { ABSURD } from "./absurd.ts";
import { fakePlugin } from "./fake-plugin.ts";
import { pipOf, request, start } from "./rig.ts";

const ATTRIBUTES = ["device.serial_number", "device.hostname", "device.domain"] as const;
const EXPIRES_MS = 1_000;

/** What a provider does when it is asked: answers truly (tagged, so that it can be recognised), or anything else. */
type Behaviour = "truth" | "none" | "left out" | "throws" | "absurd" | "stranger";

const BEHAVIOURS: readonly Behaviour[] = ["truth", "none", "left out", "throws", "absurd", "stranger"];

interface Step {
  readonly device: string;
  readonly behaviour: Behaviour;
  readonly absurd: unknown;
  readonly elapsedMs: number;
  /** Whether two values of the store change places before the request. */
  readonly mixUp: boolean;
}

const STEP: fc.Arbitrary<Step> = fc.record({
  device: fc.constantFrom("d1", "d2", "d3"),
  behaviour: fc.constantFrom(...BEHAVIOURS),
  absurd: fc.constantFrom(...Object.values(ABSURD)),
  elapsedMs: fc.constantFrom(0, 1, 400, 999, 1_000, 5_000, -3_000),
  mixUp: fc.boolean(),
});

test("no fact is invented, outlives its term, or is another subject's, whatever providers and the store do", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 12 }), async (steps) => {
      let now = NOON;
      let current: Step | undefined;
      const told = new Set<string>();
      const plugin = fakePlugin({
        name: "source",
        provides: ATTRIBUTES,
        resolve(subject, wanted) {
          if (current === undefined || current.behaviour === "throws") throw new Error("down");
          if (current.behaviour === "absurd") return current.absurd;
          if (current.behaviour === "stranger") return { "device.os": null };
          if (current.behaviour === "left out") return {};
          return Object.fromEntries(
            wanted.map((name) => {
              if (current?.behaviour === "none") return [name, null];
              const value = `${name} of ${subject["device.id"]} at ${now}`;
              told.add(value);
              return [name, value];
            }),
          );
        },
      });
      const provider = await start(plugin, {
        settings: { expiresMs: EXPIRES_MS },
        clock: () => now,
        elapsedMs: () => 0,
      });
      const pip = pipOf([provider], undefined, () => now);
      for (const step of steps) {
        current = step;
        now += step.elapsedMs;
        const [first, second] = [...pip.store.entries()];
        if (step.mixUp && first !== undefined && second !== undefined) {
          pip.store.set(first[0], second[1]);
          pip.store.set(second[0], first[1]);
        }
        const facts = await pip.gather([...ATTRIBUTES], request({ "device.id": step.device }));
        for (const name of ATTRIBUTES) {
          const fact = facts[name];
          if (fact?.state === "unknown" || fact === undefined) continue;
          expect(now).toBeLessThan(fact.expiresAt);
          expect(fact.expiresAt).toBe(fact.learntAt + EXPIRES_MS);
          if (fact.state === "absent") continue;
          expect(fact.value).toBe(`${name} of ${step.device} at ${fact.learntAt}`);
          expect(told.has(fact.value)).toBe(true);
        }
      }
    }),
    { numRuns: 300 },
  );
});
