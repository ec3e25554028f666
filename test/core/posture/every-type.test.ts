import { describe, expect, test } from "bun:test";
import type { Facts } from "../../../src/core/fact.ts";
import { describePosture } from "../../../src/core/posture/describe.ts";
import { compilePostureRule } from "../../../src/core/posture/posture.ts";
import { changeFacts } from "./change-facts.ts";
import { device, has, LISTS, LOST, NONE, NOW, outcomeOf, ruleOf } from "./posture-table.ts";
import { SAMPLES } from "./samples.ts";

const EXPIRED = { expiresAt: NOW };
const FUTURE = { learntAt: NOW + 5_001 };

for (const [type, sample] of Object.entries(SAMPLES)) {
  const rule = ruleOf(sample.check);
  const judge = (facts: Facts) => outcomeOf(rule, device(facts));

  describe(type, () => {
    test("matches a device that passes", () => expect(judge(sample.passing)).toBe("match"));
    test("does not match a device that fails", () => expect(judge(sample.failing)).toBe("no_match"));
    test("is unknown of a device of which nothing is known", () => expect(judge({})).toBe("not_provided"));
    test("is unknown where its source is silent", () =>
      expect(judge(changeFacts(sample.passing, () => LOST))).toBe("timeout"));
    test("is unknown where all that was learnt is too old", () => {
      expect(judge(changeFacts(sample.passing, (fact) => ({ ...fact, ...EXPIRED })))).toBe("expired");
      expect(judge(changeFacts(sample.failing, (fact) => ({ ...fact, ...EXPIRED })))).toBe("expired");
    });
    test("is unknown where all that was learnt is of the future", () => {
      expect(judge(changeFacts(sample.passing, (fact) => ({ ...fact, ...FUTURE })))).toBe("from_the_future");
    });
    test("is never met by what there is none of", () =>
      expect(["no_match", "missing"]).toContain(judge(changeFacts(sample.passing, () => NONE))));
    test("takes Access's word where it has no other", () => {
      const asserted = (success: boolean): Facts => ({
        "device.asserted_posture:rule-1": has({ success }),
      });
      // Cloudflare has no rules about attributes of plugins, and so no word on them.
      const isTaken = type !== "attribute";
      expect(judge(asserted(true))).toBe(isTaken ? "match" : "not_provided");
      expect(judge(asserted(false))).toBe(isTaken ? "no_match" : "not_provided");
    });
    test("names every fact that it reads", () => {
      const { read, facts } = watch(device({ ...sample.passing, "device.platform": NONE }));
      compilePostureRule(rule, LISTS).judge(facts, NOW);
      expect(compilePostureRule(rule, LISTS).facts).toEqual(expect.arrayContaining([...read]));
    });
    test("says what it asks for", () => expect(describePosture(rule)).toBe(sample.label));
  });
}

/** The facts, and the names by which they are asked. */
function watch(facts: Facts): { readonly read: ReadonlySet<string | symbol>; readonly facts: Facts } {
  const read = new Set<string | symbol>();
  return {
    read,
    facts: new Proxy(facts, {
      get(target, name, receiver) {
        read.add(name);
        return Reflect.get(target, name, receiver);
      },
    }),
  };
}
