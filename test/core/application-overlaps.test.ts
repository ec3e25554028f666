import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { findConflicts, findShadowed } from "../../src/core/application-overlaps.ts";
import { DestinationError } from "../../src/core/destination.ts";
import { conflictOn, type Entry, entry } from "./naive-applications.ts";

const conflicts = (...entries: Entry[]) =>
  findConflicts(entries).map(({ first, second }) => `${first.value} and ${second.value}`);
const shadows = (...entries: Entry[]) =>
  findShadowed(entries).map(({ hidden, by }) => `${hidden.value} behind ${by.value}`);

describe("destinations conflict", () => {
  test.each([
    ["when they are the same", ["example.com", "/eng"], ["Example.com", "/eng/"]],
    ["when both are the whole host", ["example.com", "/"], ["example.com", "/*"]],
    ["when two partial wildcards can be one host", ["*test.example.com", "/"], ["alpha*.example.com", "/"]],
    [
      "when one partial wildcard is inside the other",
      ["*test.example.com", "/"],
      ["*atest.example.com", "/"],
    ],
    [
      "when a wildcard can stand for what the other spells out",
      ["example.com", "/foo/bar"],
      ["example.com", "/foo*/bar"],
    ],
    ["when one path can hold both patterns", ["example.com", "/*/login"], ["example.com", "/*/admin"]],
    ["when that is so on the same wildcard host", ["*.example.com", "/a*"], ["*.example.com", "/*a"]],
  ] as const)("%s", (_, [hostA, pathA], [hostB, pathB]) => {
    expect(conflicts(entry("a", hostA, pathA), entry("b", hostB, pathB))).toEqual(["a and b"]);
    expect(conflicts(entry("b", hostB, pathB), entry("a", hostA, pathA))).toEqual(["b and a"]);
  });

  test.each([
    ["when one path is longer", ["example.com", "/eng"], ["example.com", "/eng/exec"]],
    ["when the paths part", ["example.com", "/eng"], ["example.com", "/ops"]],
    ["when one path only begins like the other", ["example.com", "/app*x"], ["example.com", "/apple"]],
    ["when one host is exact", ["example.com", "/"], ["*.com", "/"]],
    ["when one wildcard is partial", ["*.example.com", "/"], ["*test.example.com", "/"]],
    ["when the hosts part", ["*.a.example.com", "/"], ["*.b.example.com", "/"]],
    ["when no label fits both wildcards", ["*-a.example.com", "/"], ["*-b.example.com", "/"]],
    ["when no label fits both beginnings", ["a-*.example.com", "/"], ["b-*.example.com", "/"]],
    ["when one has more labels", ["*.example.com", "/"], ["*.*.example.com", "/"]],
    ["when a label further right is more specific", ["*.b.example.com", "/"], ["a.*.example.com", "/"]],
    ["when one host begins as the other does", ["a.example", "/"], ["a.example.com", "/"]],
  ] as const)("not %s", (_, [hostA, pathA], [hostB, pathB]) => {
    expect(conflicts(entry("a", hostA, pathA), entry("b", hostB, pathB))).toEqual([]);
  });

  test("never with those of the same application", () => {
    expect(conflicts(entry("a", "example.com"), entry("a", "example.com"))).toEqual([]);
  });

  test("each with the first of those before it", () => {
    const same = ["a", "b", "c"].map((value) => entry(value, "example.com"));
    expect(conflicts(...same)).toEqual(["a and b", "a and c"]);
  });

  test("and not because a third conflicts with both", () => {
    const path = (value: string, text: string) => entry(value, "example.com", text);
    expect(conflicts(path("b", "/ab*z"), path("c", "/ac*z"), path("a", "/a*xx"))).toEqual(["b and a"]);
    expect(conflicts(entry("b", "ab*.test"), entry("c", "ac*.test"), entry("a", "a*.test"))).toEqual([
      "b and a",
    ]);
  });

  test("a destination that is none is an error here too", () => {
    expect(() => conflicts(entry("a", "example.com:80"))).toThrow(DestinationError);
  });

  test("as often as some request shows it", () => {
    const label = fc.constantFrom("a", "b", "ab", "*", "a*", "*b", "a*b");
    const segment = fc.constantFrom("a", "b", "ab", "*", "a*", "*b");
    const drawn = (value: string) =>
      fc
        .tuple(fc.array(label, { minLength: 1, maxLength: 2 }), fc.array(segment, { maxLength: 2 }))
        .map(([labels, segments]) => entry(value, [...labels, "test"].join("."), `/${segments.join("/")}`));
    const words = ["a", "b", "ab", "aab", "abb"];
    const hosts = words.flatMap((one) => [`${one}.test`, ...words.map((two) => `${one}.${two}.test`)]);
    const deeper = (paths: readonly string[]) =>
      paths.flatMap((path) => words.map((word) => `${path}/${word}`));
    const paths = ["/", ...deeper([""]), ...deeper(deeper([""])), ...deeper(deeper(deeper([""])))];
    fc.assert(
      fc.property(drawn("a"), drawn("b"), (a, b) => {
        const shown = hosts.some((host) => paths.some((path) => conflictOn(a, b, host, path)));
        expect(conflicts(a, b).length > 0).toBe(shown);
      }),
      { numRuns: 150 },
    );
  });

  test("among many that do not, none is found", () => {
    const many = Array.from({ length: 2_000 }, (_, n) => [
      entry(`exact ${n}`, `app${n}.example.com`),
      entry(`partial ${n}`, `*-app${n}.example.com`),
      entry(`path ${n}`, "example.com", `/app${n}/admin`),
    ]).flat();
    expect(conflicts(...many)).toEqual([]);
    expect(conflicts(...many, entry("late", "example.com", "/app7/admin"))).toEqual(["path 7 and late"]);
  });
});

describe("a destination is shadowed", () => {
  test("when a more specific host decides with a shorter path", () => {
    expect(shadows(entry("admin", "*.example.com", "/admin"), entry("wiki", "wiki.example.com"))).toEqual([
      "admin behind wiki",
    ]);
  });

  test("by a partial wildcard before *", () => {
    expect(shadows(entry("admin", "*.example.com", "/admin/*"), entry("tests", "*test.example.com"))).toEqual(
      ["admin behind tests"],
    );
  });

  test("by a path with wildcards that covers its own", () => {
    expect(
      shadows(
        entry("a", "*.example.com", "/docs/api/internal"),
        entry("b", "wiki.example.com", "/docs/*/internal"),
      ),
    ).toEqual(["a behind b"]);
  });

  test.each([
    [
      "an exception to a host's rule: its path says no less",
      ["*.example.com", "/"],
      ["wiki.example.com", "/"],
    ],
    ["where the paths part", ["*.example.com", "/admin"], ["wiki.example.com", "/docs"]],
    ["where the hosts part", ["*.example.com", "/admin"], ["wiki.example.net", "/"]],
    ["on the same host: the longer path wins", ["wiki.example.com", "/admin"], ["wiki.example.com", "/"]],
    ["by a host that is equally specific", ["a*.example.com", "/admin"], ["a*b.example.com", "/"]],
    ["by a less specific host", ["wiki.example.com", "/admin"], ["*.example.com", "/"]],
  ] as const)("not %s", (_, [hostA, pathA], [hostB, pathB]) => {
    expect(shadows(entry("a", hostA, pathA), entry("b", hostB, pathB))).toEqual([]);
  });

  test("not where the more specific host has the same path too", () => {
    expect(
      shadows(
        entry("admin", "*.example.com", "/admin"),
        entry("wiki", "wiki.example.com"),
        entry("wiki admin", "wiki.example.com", "/admin"),
      ),
    ).toEqual([]);
  });

  test("not by its own application", () => {
    expect(shadows(entry("a", "*.example.com", "/admin"), entry("a", "wiki.example.com"))).toEqual([]);
  });
});
