import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseStrictJson, parseStrictObject } from "../../src/token/strict-json.ts";
import { refusalOf } from "./access-team.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseStrictJson(bytesOf(text), "the text");

describe("strict JSON", () => {
  test("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(!/__proto__|constructor/.test(text) && text.isWellFormed());
        expect(JSON.stringify(parse(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test("never reads what JSON.parse refuses", () => {
    const fragment = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      '"a"',
      "1",
      "-",
      "0",
      ".",
      "e",
      "true",
      " ",
      "\\",
      "\n",
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        const text = fragments.join("");
        try {
          parse(text);
        } catch {
          return;
        }
        JSON.parse(text);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["a duplicate name", '{"alg":"none","alg":"RS256"}'],
    ["a duplicate name that is spelt with an escape", '{"aud":1,"\\u0061ud":2}'],
    ["a duplicate name far down", '[{"a":{"b":1,"c":2,"b":3}}]'],
    ["a byte order mark", '\ufeff{"alg":"RS256"}'],
    ["__proto__", '{"__proto__":{"isAdmin":true}}'],
    ["__proto__ that is spelt with an escape", '{"\\u005f_proto__":{}}'],
    ["constructor", '{"a":{"constructor":{"prototype":{}}}}'],
    ["a number beyond a double", '{"exp":1e309}'],
    ["a negative number beyond a double", "-1e400"],
    ["NaN", "NaN"],
    ["Infinity", "Infinity"],
    ["a leading zero", "01"],
    ["a plus sign", "+1"],
    ["a bare point", "1."],
    ["hexadecimal", "0x10"],
    ["text after the end", '{"a":1} x'],
    ["a second document", "{}{}"],
    ["a NUL after the end", "{}\u0000"],
    ["a trailing comma in an object", '{"a":1,}'],
    ["a trailing comma in an array", "[1,]"],
    ["a comment", "/* a */ 1"],
    ["single quotes", "{'a':1}"],
    ["a name without quotes", "{a:1}"],
    ["a name without a colon", '{"a" 1}'],
    ["an object without an end", '{"a":1'],
    ["an array without an end", "[1"],
    ["a string without an end", '"a'],
    ["a string that ends in its escape", '"a\\"'],
    ["a control character in a string", '"a\nb"'],
    ["an unknown escape", '"\\x41"'],
    ["half a surrogate pair", '"\\ud800"'],
    ["a word that is none", "nul"],
    ["a word that goes on", "nulll"],
    ["nothing", ""],
    ["white space alone", " \n"],
    ["white space that JSON does not know", "\u00a01"],
  ])("refuses %s", async (_, text) => {
    expect(await refusalOf(() => parse(text))).toBe("malformed");
  });

  test.each([
    ["a stray byte", [0x22, 0xff, 0x22]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["an encoded surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ])("refuses text that is not UTF-8: %s", async (_, bytes) => {
    expect(await refusalOf(() => parseStrictJson(new Uint8Array(bytes), "the text"))).toBe("malformed");
  });

  test("reads 32 levels and refuses 33", async () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    expect(JSON.stringify(parse(nested(32)))).toBe(nested(32));
    expect(await refusalOf(() => parse(nested(33)))).toBe("malformed");
    expect(await refusalOf(() => parse(`${'{"a":'.repeat(33)}1${"}".repeat(33)}`))).toBe("malformed");
  });

  test("CVE-2025-6203: 100,000 opening arrays end at the 33rd", () => {
    expect(() => parse("[".repeat(100_000))).toThrow("more than 32 levels near character 33");
  });

  test("makes objects without a prototype, so that no outside name finds what was not sent", () => {
    const object = parseStrictObject(bytesOf('{"a":{"b":1}}'), "the text");
    expect(Object.getPrototypeOf(object)).toBeNull();
    expect(Object.getPrototypeOf(object.a)).toBeNull();
    expect(object.toString).toBeUndefined();
    expect(object.hasOwnProperty).toBeUndefined();
  });

  test.each(["[]", '"a"', "1", "null", "true"])("takes %s for no object", async (text) => {
    expect(await refusalOf(() => parseStrictObject(bytesOf(text), "the text"))).toBe("malformed");
  });

  test("names the part and the place, and never the input", () => {
    expect(() => parse('{"s3cret":1,"s3cret":2}')).toThrow(
      "the text is not strict JSON: a duplicate name near character 21",
    );
  });
});
