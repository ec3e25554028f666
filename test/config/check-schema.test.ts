import { describe, expect, test } from "bun:test";
import { type TSchema, Type } from "@sinclair/typebox";
import { checkSchema } from "../../src/config/check-schema.ts";
import { readSource, type Source } from "../../src/config/source.ts";
import { Refusal, textSchema } from "../../src/config/text-schema.ts";
import { renderFault } from "../../src/core/place.ts";

function sourceOf(text: string): Source {
  const { source } = readSource("p.yaml", text);
  if (source === null) throw new Error("the test's own YAML is broken");
  return source;
}

function faultsOf(schema: TSchema, text: string): readonly string[] {
  return checkSchema(schema, sourceOf(text)).faults.map(renderFault);
}

const strict = (properties: Record<string, TSchema>) =>
  Type.Object(properties, { additionalProperties: false });
const Rule = Type.Union([
  strict({ email: strict({ email: Type.String() }) }),
  strict({ email_domain: strict({ domain: Type.String() }) }),
  strict({ everyone: strict({}) }),
]);
const Check = Type.Union([
  strict({ type: Type.Literal("file"), path: Type.String() }),
  strict({ type: Type.Union([Type.Literal("warp"), Type.Literal("gateway")]), on: Type.Boolean() }),
]);
const Even = textSchema("an even number in digits", (text) => {
  if (text === "0") throw new Refusal("zero is not allowed; choose another");
  return Number(text) % 2 === 0 ? Number(text) : null;
});

describe("each fault, at its place", () => {
  const cases: readonly (readonly [
    title: string,
    schema: TSchema,
    text: string,
    faults: readonly string[],
  ])[] = [
    ["nothing at all", strict({}), "", ["p.yaml:1:1  expected a mapping (key: value), found nothing"]],
    ["a missing key", strict({ a: Type.String() }), "{}", ['p.yaml:1:1  the key "a" is missing']],
    [
      "a missing key further down",
      strict({ a: strict({ b: Type.String() }) }),
      "a:\n  {}",
      ['p.yaml:2:3  a: the key "b" is missing'],
    ],
    [
      "an unknown key with a likely meaning",
      strict({ public_url: Type.Optional(Type.String()), store: Type.Optional(Type.String()) }),
      "public-ulr: x",
      ['p.yaml:1:1  unknown key "public-ulr"; did you mean "public_url"?'],
    ],
    [
      "an unknown key without one",
      strict({ a: Type.Optional(Type.String()) }),
      "password: x",
      ['p.yaml:1:1  unknown key "password" (allowed: a)'],
    ],
    [
      "a wrong type",
      strict({ a: Type.String() }),
      "a: 7",
      ["p.yaml:1:4  a: expected text, found the number 7"],
    ],
    [
      "text is never shown",
      strict({ a: Type.Number() }),
      "a: s3cret",
      ["p.yaml:1:4  a: expected a number, found text"],
    ],
    [
      "nor what is write-only",
      strict({ a: Type.String({ writeOnly: true }) }),
      "a: 12345",
      ["p.yaml:1:4  a: expected text, found a number"],
    ],
    [
      "a closed list",
      strict({ kind: Type.Union([Type.Literal("nginx"), Type.Literal("caddy")]) }),
      "kind: ngnix",
      ['p.yaml:1:7  kind: expected one of "nginx", "caddy", found "ngnix"; did you mean "nginx"?'],
    ],
    [
      "a closed list, and something else altogether",
      strict({ kind: Type.Union([Type.Literal("nginx"), Type.Literal("caddy")]) }),
      "kind: [nginx]",
      ['p.yaml:1:7  kind: expected one of "nginx", "caddy", found a list'],
    ],
    [
      "a single word",
      strict({ v: Type.Literal(1) }),
      "v: 2",
      ["p.yaml:1:4  v: expected 1, found the number 2"],
    ],
    [
      "an empty list",
      Type.Array(Type.String(), { minItems: 1 }),
      "[]",
      ["p.yaml:1:1  the list is empty; it needs an entry"],
    ],
    [
      "a number out of range",
      strict({ n: Type.Integer({ maximum: 9 }) }),
      "n: 10",
      ["p.yaml:1:4  n: expected at most 9"],
    ],
    [
      "a fraction",
      strict({ n: Type.Integer() }),
      "n: 1.5",
      ["p.yaml:1:4  n: expected a whole number, found the number 1.5"],
    ],
    [
      "a title says what is expected",
      strict({ n: Type.String({ pattern: "^x", title: "a name" }) }),
      "n: y",
      ["p.yaml:1:4  n: expected a name"],
    ],
    [
      "text with a meaning",
      strict({ n: Even }),
      "n: '3'",
      ["p.yaml:1:4  n: expected an even number in digits"],
    ],
    [
      "text with a meaning of its own to refuse",
      strict({ n: Even }),
      "n: '0'",
      ["p.yaml:1:4  n: zero is not allowed; choose another"],
    ],
    [
      "a number for text with a meaning",
      strict({ n: Even }),
      "n: 4",
      ["p.yaml:1:4  n: expected an even number in digits, found the number 4"],
    ],
    [
      "a key that is refused by name",
      strict({ mfa: Type.Optional(Type.Never({ description: "mfa is not supported; remove it" })) }),
      "mfa: 1",
      ["p.yaml:1:1  mfa is not supported; remove it"],
    ],
    [
      "the union's branch is chosen by its key",
      Rule,
      "email: {email: 5}",
      ["p.yaml:1:16  email.email: expected text, found the number 5"],
    ],
    [
      "inside it, unknown and missing keys",
      Rule,
      "email_domain: {domian: x}",
      [
        'p.yaml:1:15  email_domain: the key "domain" is missing',
        'p.yaml:1:16  email_domain: unknown key "domian"; did you mean "domain"?',
      ],
    ],
    [
      "a key of no branch",
      Rule,
      "emial: {email: x}",
      ['p.yaml:1:1  unknown key "emial"; did you mean "email"?'],
    ],
    ["no key at all", Rule, "{}", ["p.yaml:1:1  expected one of the keys email, email_domain, everyone"]],
    ["not even a mapping", Rule, "7", ["p.yaml:1:1  expected a mapping (key: value), found the number 7"]],
    [
      "two branches in one",
      Rule,
      "{everyone: {}, email: {email: x}}",
      ["p.yaml:1:1  only one of everyone, email may stand here; make an entry of each"],
    ],
    [
      "the union's branch is chosen by its type",
      Check,
      "{type: gateway, on: 3}",
      ["p.yaml:1:21  on: expected true or false, found the number 3"],
    ],
    [
      "a type of no branch",
      Check,
      "type: wrap",
      ['p.yaml:1:7  type: expected one of "file", "warp", "gateway", found "wrap"; did you mean "warp"?'],
    ],
    [
      "no type",
      Check,
      "path: /x",
      ['p.yaml:1:1  the key "type" is missing: one of "file", "warp", "gateway"'],
    ],
    [
      "text or a list",
      strict({ a: Type.Union([Type.String(), Type.Array(Type.String())]) }),
      "a: 5",
      ["p.yaml:1:4  a: expected text or a list, found the number 5"],
    ],
    [
      "a list for text or a list",
      strict({ a: Type.Union([Type.String(), Type.Array(Type.String())]) }),
      "a: [x, 5]",
      ["p.yaml:1:8  a[1]: expected text, found the number 5"],
    ],
    [
      "odd keys are quoted in paths",
      Type.Record(Type.String(), Type.Number()),
      '"a/b ~c": x',
      ['p.yaml:1:11  ["a/b ~c"]: expected a number, found text'],
    ],
    [
      "parts of an intersection",
      Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.String() })]),
      "a: 1",
      ['p.yaml:1:1  the key "b" is missing', "p.yaml:1:4  a: expected text, found the number 1"],
    ],
  ];
  test.each(cases)("%s", (_, schema, text, faults) => {
    expect(faultsOf(schema, text)).toEqual([...faults]);
  });
});

const BOUNDS: readonly (readonly [schema: TSchema, text: string, message: string])[] = [
  [Type.Array(Type.Number(), { minItems: 2 }), "[1]", "the list needs at least 2 entries"],
  [Type.Array(Type.Number(), { maxItems: 1 }), "[1, 2]", "the list may have at most 1 entries"],
  [
    Type.Array(Type.Number(), { uniqueItems: true }),
    "[1, 1]",
    "the list holds the same entry twice; keep one",
  ],
  [Type.Integer({ minimum: 1 }), "0", "expected at least 1"],
  [Type.Integer({ exclusiveMinimum: 1 }), "1", "expected more than 1"],
  [Type.Integer({ exclusiveMaximum: 1 }), "1", "expected less than 1"],
  [Type.Number({ minimum: 1 }), "0.5", "expected at least 1"],
  [Type.Number({ maximum: 1 }), "1.5", "expected at most 1"],
  [Type.Number({ exclusiveMinimum: 1 }), "1", "expected more than 1"],
  [Type.Number({ exclusiveMaximum: 1 }), "1", "expected less than 1"],
  [Type.Object({}, { minProperties: 1 }), "{}", "expected at least 1 keys"],
  [Type.Object({}, { maxProperties: 0 }), "{a: 1}", "expected at most 0 keys"],
  [Type.String({ minLength: 1 }), '""', "expected text, found an empty one"],
  [Type.String({ minLength: 2 }), "a", "expected at least 2 characters"],
  [Type.String({ maxLength: 1 }), "ab", "expected at most 1 characters"],
  [Type.String({ pattern: "^a$" }), "b", "expected text that matches ^a$"],
  [Type.Null(), "1", "expected nothing, found the number 1"],
  [Type.Boolean(), "1", "expected true or false, found the number 1"],
  [Type.Number(), "true", "expected a number, found true"],
];

test.each(BOUNDS)("bounds: %#", (schema, text, message) => {
  expect(faultsOf(schema, text)).toEqual([`p.yaml:1:1  ${message}`]);
});

test("all faults are found at once, in the order of the file", () => {
  const schema = strict({ a: Type.Number(), b: Type.Array(Rule), c: Type.Optional(Type.Boolean()) });
  expect(faultsOf(schema, "d: 1\nc: maybe\nb:\n  - everyone: {}\n  - every: {}\n  - email: x\n")).toEqual([
    'p.yaml:1:1  the key "a" is missing',
    'p.yaml:1:1  unknown key "d" (allowed: a, b, c)',
    "p.yaml:2:4  c: expected true or false, found text",
    'p.yaml:5:5  b[1]: unknown key "every" (allowed: email, email_domain, everyone)',
    "p.yaml:6:12  b[2].email: expected a mapping (email: …), found text",
  ]);
});

test("a value that fits is handed on as it is", () => {
  const source = sourceOf("email: {email: a@example.com}");
  const checked = checkSchema(Rule, source);
  expect(checked.faults).toEqual([]);
  const handedOn: unknown = "value" in checked ? checked.value : null;
  expect(handedOn).toBe(source.value);
});

test("a part of a file is checked by its path, and keeps its place", () => {
  const checked = checkSchema(Type.Array(Type.String()), sourceOf("a:\n  b: [x, 1]"), ["a", "b"]);
  expect(checked.faults.map(renderFault)).toEqual(["p.yaml:2:10  a.b[1]: expected text, found the number 1"]);
});

test("a key named like a property of Object is an unknown key", () => {
  expect(faultsOf(strict({}), "constructor: 1\ntoString: 2")).toEqual([
    'p.yaml:1:1  unknown key "constructor"',
    'p.yaml:2:1  unknown key "toString"',
  ]);
});
