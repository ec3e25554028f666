import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseRange } from "../../src/core/ip-address.ts";
import {
  type Block,
  intersect,
  isEmpty,
  isSubset,
  NONE,
  unite,
  type ValueSet,
} from "../../src/core/lint/analysis/value-set.ts";

/** A value, and the blocks that hold it. */
interface Point {
  readonly blocks: readonly Block[];
}

const text: Block = { kind: "text", text: "PT" };
const domain: Block = { kind: "domain", domain: "a.com" };
const ann: Block = { kind: "address", address: "ann@a.com", domain: "a.com" };
const range = (cidr: string): Block[] => {
  const parsed = parseRange(cidr);
  return parsed === null ? [] : [{ kind: "range", range: parsed }];
};
const [wide, narrow, other] = ["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"].flatMap(range);
const BLOCKS = [text, domain, ann, wide, narrow, other, NONE].filter((block) => block !== undefined);

/** One value for each way in which blocks can hold one, and one that none holds. */
const POINTS: readonly Point[] = [
  { blocks: [text] },
  { blocks: [domain] },
  { blocks: [domain, ann] },
  { blocks: [wide, narrow].filter((block) => block !== undefined) },
  { blocks: [wide].filter((block) => block !== undefined) },
  { blocks: [other].filter((block) => block !== undefined) },
  { blocks: [NONE] },
  { blocks: [] },
];

function has({ of, blocks }: ValueSet, point: Point): boolean {
  return (of === "some") === point.blocks.some((block) => blocks.includes(block));
}

const sets: fc.Arbitrary<ValueSet> = fc.record({
  of: fc.constantFrom("some" as const, "all_but" as const),
  blocks: fc.subarray(BLOCKS),
});

describe("of every two sets of values", () => {
  test("the intersection leaves out nothing that is in both", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const both = POINTS.filter((point) => has(a, point) && has(b, point));
        expect(both.filter((point) => !has(intersect(a, b), point))).toEqual([]);
      }),
    );
  });

  test("the union leaves out nothing that is in one", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const either = POINTS.filter((point) => has(a, point) || has(b, point));
        expect(either.filter((point) => !has(unite(a, b), point))).toEqual([]);
      }),
    );
  });

  test("a subset has nothing that the other has not", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        fc.pre(isSubset(a, b));
        expect(POINTS.filter((point) => has(a, point) && !has(b, point))).toEqual([]);
      }),
    );
  });

  test("an empty one has nothing", () => {
    fc.assert(fc.property(sets, (set) => !isEmpty(set) || POINTS.every((point) => !has(set, point))));
  });
});
