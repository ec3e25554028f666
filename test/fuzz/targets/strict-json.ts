import { type JsonValue, parseStrictJson } from "../../../src/token/strict-json.ts";
import { TokenError } from "../../../src/token/token-error.ts";
import { type Dice, pick, several } from "../../oracle/dice.ts";
import { attempt, hold, type Target } from "../target.ts";

type ParseJson = (bytes: Uint8Array) => JsonValue;

const SCALARS = [
  "null",
  "true",
  "false",
  "0",
  "-1",
  "1.5e3",
  "1e309",
  '"a"',
  '""',
  '"\\u0061"',
  '"\\ud800"',
  '"é"',
];
const NAMES = ['"a"', '"b"', '"\\u0061"', '"__proto__"', '"constructor"', '"toString"', '""'];

/** Strict JSON, against `JSON.parse`: it reads nothing else and nothing in another way, and no name twice. */
export function strictJsonTarget(parse: ParseJson = (bytes) => parseStrictJson(bytes, "the text")): Target {
  return {
    name: "strict-json",
    corpus: [
      '{"a":[1,2.5e-3,{"b":null}],"c":"\\u00e9\\n"}',
      "[]",
      '"x"',
      '{"alg":"RS256","kid":"k"}',
      ' { "a" : true } ',
    ],
    dictionary: [
      ...SCALARS,
      ...NAMES,
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a":',
      '"__proto__":',
      "[[[[",
      "\\",
      "//",
    ],
    draw: (dice) => drawJson(dice, 4),
    check(input) {
      // Bytes cannot hold half a character.
      const text = input.toWellFormed();
      const value = attempt(() => parse(new TextEncoder().encode(text)), TokenError);
      if (value === null) return false;
      const plain: unknown = attempt(() => JSON.parse(text), SyntaxError);
      hold(JSON.stringify(value) === JSON.stringify(plain), "what is read is what JSON.parse reads");
      hold(countNames(text) === countMembers(value), "no name is given twice");
      hold(isPlainTree(value), "objects have no prototype, and no name reaches for one");
      return true;
    },
  };
}

function drawJson(dice: Dice, depth: number): string {
  const kind = depth === 0 ? 0 : dice(3);
  if (kind === 0) return pick(dice, SCALARS);
  const inner = () => drawJson(dice, depth - 1);
  if (kind === 1) return `[${several(dice, 0, 3, inner).join(",")}]`;
  return `{${several(dice, 0, 3, () => `${pick(dice, NAMES)}:${inner()}`).join(",")}}`;
}

/** Strings that a colon follows. */
function countNames(text: string): number {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/gs)].filter(([, colon]) => colon === ":").length;
}

function countMembers(value: JsonValue): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, part: JsonValue) => sum + countMembers(part), own);
}

function isPlainTree(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return true;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === null;
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return (
    isPlain &&
    !names.some((name) => name === "__proto__" || name === "constructor") &&
    Object.values(value).every((part: JsonValue) => isPlainTree(part))
  );
}
