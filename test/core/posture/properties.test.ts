import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { FactName } from "../../../src/core/attribute.ts";
import { type Fact, type Facts, MAX_FUTURE_MS } from "../../../src/core/fact.ts";
import { changeFacts, namesOf } from "./change-facts.ts";
import { has, hasPart, LOST, NONE, NOW, outcomeOf, ruleOf } from "./posture-table.ts";
import { SAMPLES, type Sample } from "./samples.ts";

/** Facts about one device, of which any may come from a device that passes, one that fails, or none. */
function arbitraryFacts({ passing, failing }: Sample): fc.Arbitrary<Facts> {
  const common: Facts = {
    "device.id": has("9ece5fab"),
    "device.asserted_posture:rule-1": has({ success: true }),
  };
  const other: Facts = { ...common, "device.asserted_posture:rule-1": has({ success: false }) };
  const platforms: Facts[] = (["linux", "mac", "windows", "ios"] as const).map((platform) => ({
    "device.platform": has(platform),
  }));
  const names = namesOf({ ...common, ...passing });
  const optional = names.filter((name) => name !== "device.id");
  return fc
    .record({
      pass: fc.subarray(names),
      none: fc.subarray<FactName>(optional, { maxLength: 1 }),
      platform: fc.constantFrom({}, ...platforms),
    })
    .map(({ pass, none, platform }) => {
      const passed = changeFacts({ ...common, ...passing }, (fact, name) =>
        keepIf(pass.includes(name), fact),
      );
      const chosen = { ...other, ...failing, ...passed, ...platform };
      return changeFacts(chosen, (fact, name) => (none.includes(name) ? NONE : fact));
    });
}

function keepIf<T>(kept: boolean, fact: Fact<T>): Fact<T> | undefined {
  return kept ? fact : undefined;
}

/** Ways for a fact not to count, and the fact that then is as good as missing. */
const WAYS_TO_LOSE = {
  missing: () => undefined,
  silent: () => LOST,
  expired: <T>(fact: Fact<T>) => ({ ...fact, expiresAt: NOW }),
  future: <T>(fact: Fact<T>) => ({ ...fact, learntAt: NOW + MAX_FUTURE_MS + 1 }),
  timeless: <T>(fact: Fact<T>) => ({ ...fact, expiresAt: Number.NaN }),
} as const;

const way = fc.constantFrom(...Object.values(WAYS_TO_LOSE));

function lose(
  facts: Facts,
  lost: readonly FactName[],
  how: (typeof WAYS_TO_LOSE)[keyof typeof WAYS_TO_LOSE],
) {
  return changeFacts(facts, (fact, name) => (lost.includes(name) ? how(fact) : fact));
}

for (const [type, sample] of Object.entries(SAMPLES)) {
  const rule = ruleOf(sample.check);
  const losing = arbitraryFacts(sample).chain((facts) =>
    fc.record({ facts: fc.constant(facts), lost: fc.subarray(namesOf(facts)), how: way, other: way }),
  );

  describe(type, () => {
    test("learning what was unknown never turns a match into its opposite", () => {
      fc.assert(
        fc.property(losing, ({ facts, lost, how }) => {
          const before = outcomeOf(rule, lose(facts, lost, how));
          const after = outcomeOf(rule, facts);
          if (before === "match") expect(after).not.toBe("no_match");
          if (before === "no_match") expect(after).not.toBe("match");
        }),
      );
    });

    test("a fact that is too old, of the future or of no time counts as much as one that is missing", () => {
      fc.assert(
        fc.property(losing, ({ facts, lost, how, other }) => {
          const isDecided = (outcome: string) => outcome === "match" || outcome === "no_match";
          const one = outcomeOf(rule, lose(facts, lost, how));
          const another = outcomeOf(rule, lose(facts, lost, other));
          expect(isDecided(one) ? one : "unknown").toBe(isDecided(another) ? another : "unknown");
        }),
      );
    });
  });
}

const texts = fc.uniqueArray(fc.constantFrom("secret", "public", "internal"));

test("learning the rest of a set never turns a match into its opposite", () => {
  const rule = ruleOf(SAMPLES.attribute.check);
  fc.assert(
    fc.property(texts, texts, (part, rest) => {
      const before = outcomeOf(rule, { "own.clearances": hasPart(new Set(part)) });
      const after = outcomeOf(rule, { "own.clearances": has(new Set([...part, ...rest])) });
      if (before !== "incomplete") expect(after).toBe(before);
    }),
  );
});

test("learning of the other disks never turns a match into its opposite", () => {
  const disks = fc.dictionary(fc.constantFrom("/", "/home", "/boot"), fc.boolean());
  fc.assert(
    fc.property(disks, disks, fc.boolean(), (part, rest, requireAll) => {
      const rule = ruleOf({ type: "disk_encryption", disks: ["/"], requireAll });
      const all = new Map([...Object.entries(rest), ...Object.entries(part)]);
      const id = { "device.id": has("9ece5fab") };
      const before = outcomeOf(rule, { ...id, "device.disks": hasPart(new Map(Object.entries(part))) });
      const after = outcomeOf(rule, { ...id, "device.disks": has(all) });
      if (before !== "incomplete") expect(after).toBe(before);
    }),
  );
});
