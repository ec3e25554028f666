import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readSource } from "../../src/config/source.ts";
import { renderFault } from "../../src/core/place.ts";

function faultsOf(text: string): readonly string[] {
  return readSource("p.yaml", text).faults.map(renderFault);
}

function plainOf(text: string): unknown {
  const { source, faults } = readSource("p.yaml", text);
  expect(faults).toEqual([]);
  return source?.value;
}

describe("what is no YAML at all", () => {
  test("is told where it ends, though the parser lost count of the lines", () => {
    expect(faultsOf("[{}'\n\n\n")[1]).toStartWith("p.yaml:4:1  something is missing");
  });

  test("is not read on: twenty faults will do for millions of characters", () => {
    for (const character of ["]", "}", ", "]) {
      const faults = faultsOf(character.repeat(2_000_000));
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.length).toBeLessThanOrEqual(20);
    }
  });

  test("is refused, and throws nothing, where it is nested without an end", () => {
    for (const opening of ["a: ", "- ", "[", "{ a: ", "? "]) {
      expect(faultsOf(opening.repeat(20_000)).length).toBeGreaterThan(0);
    }
    expect(faultsOf(`- ${"a: ".repeat(10_000)}b\n- c`)).toEqual([
      "p.yaml:1:1  nested too deeply; is a bracket left open?",
    ]);
  });

  test.each(["%YAML 1.1\n", "%FOO\n", "]", "}}"])("is not taken for an empty file: %p", (text) => {
    expect(faultsOf(text).length).toBeGreaterThan(0);
  });
});

describe("what is refused, and where", () => {
  const cases: readonly (readonly [title: string, text: string, fault: string])[] = [
    ["a key given twice", "a: 1\nb: 2\na: 3\n", 'p.yaml:3:1  the key "a" is given twice; keep one'],
    ["a key given twice in braces", "x: {b: 1, b: 2}", 'p.yaml:1:11  the key "b" is given twice; keep one'],
    ["a __proto__ key", "a:\n  __proto__: {x: 1}", 'p.yaml:2:3  "__proto__" cannot be a key; rename it'],
    ["a key that is a list", "? [a]\n: 1", "p.yaml:1:3  a key must be plain text; put it in quotes"],
    ["NUL in the file", "a: b\0", "p.yaml:1:1  the file holds NUL bytes; save it as UTF-8 text"],
    ["an escaped NUL", 'a: "x\\0y"', "p.yaml:1:4  the text holds a NUL character; remove it"],
    ["an escaped NUL in a key", '"x\\0y": 1', "p.yaml:1:1  a key holds a NUL character; remove it"],
    [
      "a byte order mark",
      "\uFEFFa: 1",
      "p.yaml:1:1  the file starts with a byte order mark; save it without",
    ],
    ["two documents", "a: 1\n---\nb: 2\n", "p.yaml:2:1  more than one document; keep one per file"],
    ["a tab as indentation", "a:\n\t- b\n", "p.yaml:2:1  a tab in the indentation; use spaces"],
    [
      "an alias without an anchor",
      "a: *x\n",
      "p.yaml:1:4  the alias *x has no anchor before it; define &x, or use quotes",
    ],
    [
      "an alias inside its own anchor",
      "a: &x {b: *x}",
      "p.yaml:1:11  the alias *x has no anchor before it; define &x, or use quotes",
    ],
    [
      "a tag",
      "a: !!js/function x",
      "p.yaml:1:4  unsupported tag; remove the word that starts with !, or put the value in quotes",
    ],
    [
      "a bracket left open",
      "a: [1,\n",
      "p.yaml:2:1  wrong indentation, or a bracket that is not closed; align it with its neighbours",
    ],
    [
      "a quote left open",
      "a: 'foo\n",
      "p.yaml:2:1  something is missing, often a closing quote or bracket, a comma or a `:`; add it",
    ],
    [
      "a key inside a value",
      "a: b: c",
      "p.yaml:1:4  a key inside a value; begin a new line, or put a value that holds `: ` in quotes",
    ],
    [
      "an id that a number cannot hold",
      "id: 12345678901234567890",
      "p.yaml:1:5  a number too large to be kept exactly; put it in quotes if it is an id",
    ],
    [
      "infinity",
      "a: .inf",
      "p.yaml:1:4  a number too large to be kept exactly; put it in quotes if it is an id",
    ],
    [
      "nesting without end",
      `${"- ".repeat(100)}a`,
      "p.yaml:1:131  nested more than 64 levels deep; flatten it",
    ],
  ];
  test.each(cases)("%s", (_, text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  test("everything at once, in the order of the file", () => {
    expect(faultsOf("a: 1\na: 2\n__proto__: 3\nx: *y\ny: !foo z\n")).toEqual([
      'p.yaml:2:1  the key "a" is given twice; keep one',
      'p.yaml:3:1  "__proto__" cannot be a key; rename it',
      "p.yaml:4:4  the alias *y has no anchor before it; define &y, or use quotes",
      "p.yaml:5:4  unsupported tag; remove the word that starts with !, or put the value in quotes",
    ]);
  });

  test("an alias bomb, before it is unfolded", () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(`*${of}`).join(", ")}]`;
    const text = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]", level("b", "a"), level("c", "b"), level("d", "c")];
    for (let i = 0; i < 20; i++) text.push(level(`e${i}`, i === 0 ? "d" : `e${i - 1}`));
    expect(faultsOf(text.join("\n"))).toEqual([
      "p.yaml:5:10  aliases repeat more than 10000 values; write them out",
    ]);
  });

  test("a file over 8 MiB", () => {
    expect(faultsOf(`#${"x".repeat(8 * 1024 * 1024)}`)).toEqual([
      "p.yaml:1:1  the file is larger than 8 MiB; split it",
    ]);
  });

  test("broken syntax never repeats what was written", () => {
    for (const text of [
      "a: 'hunter2",
      "a: [hunter2",
      'a: "\\qhunter2"',
      "a: !hunter2 x",
      "%hunter2 x\n---\n",
    ]) {
      expect(faultsOf(text).length).toBeGreaterThan(0);
      expect(faultsOf(text).join()).not.toContain("hunter2");
    }
  });

  test("a flood of slips is cut short", () => {
    expect(faultsOf("[".repeat(50_000)).length).toBeLessThanOrEqual(20);
  });
});

describe("what is understood", () => {
  test("words that YAML 1.1 took for booleans stay text, so that NO is Norway", () => {
    expect(plainOf("[NO, no, on, off, yes, Y]")).toEqual(["NO", "no", "on", "off", "yes", "Y"]);
    expect(plainOf("%YAML 1.1\n---\n[NO, on]")).toEqual(["NO", "on"]);
  });

  test("JSON is YAML", () => {
    expect(plainOf('{"a": [1, true, null, "x"], "b": {}}')).toEqual({ a: [1, true, null, "x"], b: {} });
  });

  test("an alias stands for the value anchored before it", () => {
    expect(plainOf("a: &x {k: [1]}\nb: *x\nc: [*x]")).toEqual({
      a: { k: [1] },
      b: { k: [1] },
      c: [{ k: [1] }],
    });
  });

  test("`<<` is a key like any other", () => {
    expect(plainOf("<<: {a: 1}")).toEqual({ "<<": { a: 1 } });
  });

  test("an empty file is null", () => {
    expect(plainOf("")).toBeNull();
    expect(plainOf("# nothing\n")).toBeNull();
  });

  test("objects have no prototype to meet", () => {
    const value = plainOf("constructor: 1") as object;
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect("toString" in value).toBe(false);
  });
});

describe("places", () => {
  const { source } = readSource("p.yaml", "a:\n  - x: 1\n    y: &y\n      z: 2\nb: *y\nc:\n");
  const at = (path: readonly (string | number)[], of: "placeOf" | "placeOfKey") => {
    const place = source?.[of](path);
    return `${place?.line}:${place?.column}`;
  };
  const cases: readonly (readonly [path: readonly (string | number)[], value: string, key: string])[] = [
    [[], "1:1", "1:1"],
    [["a"], "2:3", "1:1"],
    [["a", 0], "2:5", "2:5"],
    [["a", 0, "x"], "2:8", "2:5"],
    [["a", 0, "y", "z"], "4:10", "4:7"],
    // Through an alias: where it was written.
    [["b", "z"], "4:10", "4:7"],
    // What is not there: its nearest parent.
    [["a", 0, "nope", "deeper"], "2:5", "2:5"],
    [["a", 7], "2:3", "2:3"],
    [["nope"], "1:1", "1:1"],
  ];
  test.each(cases)("%j is at %s, its key at %s", (path, value, key) => {
    expect(at(path, "placeOf")).toBe(value);
    expect(at(path, "placeOfKey")).toBe(key);
  });
});

test("no text makes it throw or think for long", () => {
  const piece = fc.constantFrom(
    "a",
    ":",
    " ",
    "\n",
    "-",
    "[",
    "]",
    "{",
    "}",
    "&x",
    "*x",
    "!",
    "|",
    ">",
    "'",
    '"',
    "#",
    "%",
    "\t",
    "?",
    ",",
    "\\",
    "---",
    "<<",
    "~",
  );
  const yamlish = fc.array(piece, { maxLength: 200 }).map((pieces) => pieces.join(""));
  const before = process.cpuUsage();
  const runs = 600;
  fc.assert(
    fc.property(fc.oneof(yamlish, fc.string({ unit: "binary", maxLength: 200 })), (text) => {
      const { source, faults } = readSource("p.yaml", text);
      expect(source !== null || faults.length > 0).toBe(true);
      for (const { place } of faults) expect(place.line >= 1 && place.column >= 1).toBe(true);
    }),
    { numRuns: runs },
  );
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000 / runs).toBeLessThan(50);
});
