import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeKey, encodeKey, SHARDS, shardOf } from "../../src/store/key.ts";
import { keyOfRedis, redisKeyOf, redisPatternOf } from "../../src/store/redis-key.ts";
import type { Key } from "../../src/store/store.ts";

/** Parts made of what could run into the next part, an escape, a glob or a hash tag. */
const piece = fc.constantFrom(
  ":",
  "%",
  "%003a",
  "",
  "a",
  "A",
  "{",
  "}",
  "*",
  "?",
  "[",
  "\\",
  "\n",
  "\0",
  "é",
  "e\u0301",
  "\ud800",
  "\udc00",
  "😀",
  "1",
);
const adversarial = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
const part = fc.oneof(adversarial, fc.string({ unit: "binary", maxLength: 6 }));
const key = fc.tuple(part, fc.array(part, { maxLength: 3 })).map(([first, rest]): Key => [first, ...rest]);

function startsWith(whole: Key, prefix: Key): boolean {
  return prefix.every((own, index) => whole[index] === own);
}

describe("a key as text (CVE-2026-48096: a delimiter inside a part)", () => {
  test("two keys have one text only if they are the same key", () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const same = a.length === b.length && startsWith(a, b);
        expect(encodeKey(a) === encodeKey(b)).toBe(same);
        expect(redisKeyOf(a) === redisKeyOf(b)).toBe(same);
      }),
      { numRuns: 5_000 },
    );
  });

  test("one text starts with another only where the key starts with the other's parts", () => {
    fc.assert(
      fc.property(key, key, (whole, prefix) => {
        expect(encodeKey(whole).startsWith(encodeKey(prefix))).toBe(startsWith(whole, prefix));
      }),
      { numRuns: 5_000 },
    );
  });

  test("the text leads back to the key and is plain ASCII", () => {
    fc.assert(
      fc.property(key, (original) => {
        expect(encodeKey(original)).toMatch(/^[\w.%:-]+$/);
        expect(decodeKey(encodeKey(original))).toEqual(original);
        expect(keyOfRedis(redisKeyOf(original))).toEqual(original);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(["", "a", "a:b", "a%:", "a%00e:", "%0061:", "a b:", "%003A:", "a:\n"])(
    "no key has the text %j",
    (text) => {
      expect(decodeKey(text)).toBeUndefined();
    },
  );

  test("no key has a Redis name with the hash tag of another shard", () => {
    const name = redisKeyOf(["session", "alice"]);
    expect(keyOfRedis(name)).toEqual(["session", "alice"]);
    expect(keyOfRedis(name.replace(/\{\d+\}/, "{99}"))).toBeUndefined();
  });
});

describe("a shard", () => {
  test("is shared by keys that agree in their first two parts, so that one subject is on one node", () => {
    fc.assert(
      fc.property(part, part, fc.array(part), (first, second, rest) => {
        expect(shardOf([first, second, ...rest])).toBe(shardOf([first, second]));
      }),
    );
    expect(redisPatternOf(["session", "alice", "x"])).toStartWith(
      `postern:{${shardOf(["session", "alice"])}}:`,
    );
  });

  test("is one of sixteen, and all of them are used", () => {
    const used = new Set(Array.from({ length: 500 }, (_, n) => shardOf(["session", `user ${n}`])));
    expect([...used].sort((a, b) => a - b)).toEqual(Array.from({ length: SHARDS }, (_, n) => n));
  });
});
