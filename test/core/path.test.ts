import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  coversPath,
  type PathPattern,
  parsePathPattern,
  pathsOverlap,
  readPath,
} from "../../src/core/path.ts";
import { matchesPath } from "./naive-applications.ts";

const pattern = (text: string): PathPattern => parsePathPattern(text) ?? expect.unreachable(text);

describe("the path of an application", () => {
  test.each([
    ["", "/"],
    ["/", "/"],
    ["/*", "/"],
    ["/*/", "/"],
    ["/alpha", "/alpha"],
    ["/alpha/", "/alpha"],
    ["/alpha/*", "/alpha/*"],
    ["/alpha/*/", "/alpha/*"],
    ["/foo*/bar", "/foo*/bar"],
    ["/.well-known/x", "/.well-known/x"],
    ["/%61lpha", "/alpha"],
    ["/münchen", "/m%C3%BCnchen"],
    ["/m%c3%bcnchen", "/m%C3%BCnchen"],
    ["/my docs", "/my docs"],
    ["/my%20docs", "/my docs"],
  ])("%p is %p", (text, canonical) => {
    expect(pattern(text).text).toBe(canonical);
    expect(pattern(canonical)).toEqual(pattern(text));
  });

  test.each([
    ["two wildcards between slashes", "/foo*bar*baz"],
    ["two wildcards in a row", "/**"],
    ["no slash in front", "alpha"],
    ["a wildcard in front", "*/alpha"],
    ["a query", "/alpha?x=1"],
    ["a fragment", "/alpha#x"],
    ["an encoded query", "/alpha%3Fx"],
    ["a dot segment", "/alpha/../beta"],
    ["an encoded dot segment", "/alpha/%2e%2E/beta"],
    ["an empty segment", "/alpha//beta"],
    ["two slashes", "//"],
    ["a backslash", "/alpha\\beta"],
    ["an encoded slash", "/alpha%2Fbeta"],
    ["an encoded percent sign", "/alpha%25"],
    ["an encoded wildcard", "/alpha%2A"],
    ["parameters", "/alpha;x=1"],
    ["a broken escape", "/alpha%2"],
    ["an escape that is not UTF-8", "/alpha%ff"],
    ["half a character", "/alpha\ud800"],
    ["a NUL", "/alpha\u0000"],
    ["an encoded NUL", "/alpha%00"],
  ])("%s is refused: %p", (_, text) => expect(parsePathPattern(text)).toBeNull());
});

describe("a path covers", () => {
  test.each([
    ["/alpha", "/alpha", true],
    ["/alpha", "/alpha/one", true],
    ["/alpha", "/alphabet", false],
    ["/alpha", "/Alpha", false],
    ["/alpha", "/", false],
    ["/alpha/*", "/alpha/one", true],
    ["/alpha/*", "/alpha/one/two", true],
    ["/alpha/*", "/alpha", false],
    ["/alpha/*", "/", false],
    ["/foo*/bar", "/foo/bar", true],
    ["/foo*/bar", "/food/bar", true],
    ["/foo*/bar", "/food/stuff/bar", true],
    ["/foo*/bar", "/foo/bar/baz", true],
    ["/foo*/bar", "/foo/bart", false],
    ["/foo*/bar", "/foo/bart/bar", true],
    ["/foo*", "/foo", true],
    ["/foo*", "/food/stuff", true],
    ["/a/*/edit", "/a/edit", false],
    ["/a/*/x*/edit", "/a/1/xy/2/edit", true],
    ["/a/*/x*/edit", "/a/1/y/2/edit", false],
    ["/*", "/", true],
  ])("%p covers %p: %p", (text, path, expected) => {
    expect(coversPath(pattern(text), path)).toBe(expected);
  });

  const segment = fc.constantFrom("a", "b", "ab", "aab");
  const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`);
  const wild = fc.constantFrom("a", "b", "ab", "*", "a*", "*b", "a*b");
  const text = fc.array(wild, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`);

  test("as a regular expression of it matches", () => {
    fc.assert(
      fc.property(text, path, (written, requested) => {
        expect(coversPath(pattern(written), requested)).toBe(matchesPath(written, requested));
      }),
      { numRuns: 2_000 },
    );
  });

  test("nothing together with a path that it does not overlap", () => {
    fc.assert(
      fc.property(text, text, path, (a, b, requested) => {
        const together = coversPath(pattern(a), requested) && coversPath(pattern(b), requested);
        if (together) expect(pathsOverlap(pattern(a), pattern(b))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["/foo", "/foo*", true],
    ["/foo/bar", "/foo*/bar", true],
    ["/foo", "/foobar*", false],
    ["/foo*", "/food", true],
    ["/a*/x", "/ab*/y", true],
    ["/a*/x", "/b*/x", false],
    ["/a", "/b", false],
    ["/", "/b", true],
  ])("%p overlaps %p: %p", (a, b, expected) => {
    expect(pathsOverlap(pattern(a), pattern(b))).toBe(expected);
    expect(pathsOverlap(pattern(b), pattern(a))).toBe(expected);
  });
});

describe("a plain target has one reading", () => {
  test.each([
    ["/", "/"],
    ["/alpha", "/alpha"],
    ["/alpha/", "/alpha"],
    ["/alpha?next=//evil/../x;%2e%2e", "/alpha"],
    ["/?", "/"],
    ["/Alpha.html", "/Alpha.html"],
    ["/.well-known/..x/a..", "/.well-known/..x/a.."],
    ["/%61lph%61", "/alpha"],
    ["/my%20docs", "/my docs"],
    ["/m%c3%bcnchen", "/m%C3%BCnchen"],
    ["/a@b:c,d=e", "/a@b:c,d=e"],
  ])("%p is %p", (target, reading) => expect(readPath(target)).toEqual([reading]));
});

describe("a target that servers read differently has all its readings", () => {
  test.each([
    ["dot segments", "/public/../admin", ["/public/../admin", "/admin"]],
    ["one dot", "/admin/.", ["/admin/.", "/admin"]],
    ["encoded dot segments", "/public/%2e%2E/admin", ["/public/%2E%2E/admin", "/public/../admin", "/admin"]],
    ["above the root", "/../admin", ["/../admin", "/admin"]],
    ["CVE-2026-26205: two slashes in front", "//admin/x", ["//admin/x", "/admin/x"]],
    ["two slashes inside", "/a//b", ["/a//b", "/a/b"]],
    ["a backslash", "/public\\..\\admin", ["/public\\..\\admin", "/public/../admin", "/admin"]],
    ["an encoded backslash", "/a%5cb", ["/a%5Cb", "/a\\b", "/a/b"]],
    ["an encoded slash", "/a%2fb", ["/a%2Fb", "/a/b"]],
    ["CVE-2026-42272: the same slash in upper case", "/a%2Fb", ["/a%2Fb", "/a/b"]],
    [
      "a second encoding",
      "/%252e%252e/admin",
      ["/%252e%252e/admin", "/%2e%2e/admin", "/%2E%2E/admin", "/../admin", "/admin"],
    ],
    [
      "a third encoding",
      "/%2525252e/a",
      ["/%2525252e/a", "/%25252e/a", "/%252e/a", "/%2e/a", "/%2E/a", "/./a", "/a"],
    ],
    ["parameters after dots", "/public/..;/admin", ["/public/..;/admin", "/public/../admin", "/admin"]],
    ["parameters", "/admin;x=1/y", ["/admin;x=1/y", "/admin/y"]],
    ["CVE-2026-32811: an encoded question mark", "/a%3Fb", ["/a%3Fb", "/a?b", "/a"]],
    [
      "CVE-2026-41059: an encoded number sign",
      "/foo/secret%23/bar",
      ["/foo/secret%23/bar", "/foo/secret#/bar", "/foo/secret"],
    ],
    ["a percent sign", "/100%25", ["/100%25", "/100%"]],
  ])("%s: %p", (_, target, readings) => {
    expect(readPath(target)?.toSorted()).toEqual(readings.toSorted());
  });

  test("whichever of merging and resolving comes first", () => {
    expect(readPath("/a//../b")).toEqual(expect.arrayContaining(["/a/b", "/b"]));
  });

  test.each([
    ["slashes alone are decoded", "/a%2F..%2Fb%3Bc", "/b%3Bc"],
    ["backslashes alone are decoded", "/a%5C..%5Cb%3Bc", "/b%3Bc"],
    ["parameters are dropped before others appear", "/%3Bab;x", "/;ab"],
    ["slashes are merged and no more", "/a//%2E/b", "/a/%2E/b"],
  ])("where %s", (_, target, reading) => expect(readPath(target)).toContain(reading));

  test("whether dots are resolved before the second decoding or after", () => {
    expect(readPath("/x/%252e%252e/../y")).toEqual(expect.arrayContaining(["/x/y", "/y"]));
  });
});

describe("a malformed target has no reading", () => {
  test.each([
    ["CVE-2026-41059: a raw number sign", "/foo/secret#/bar"],
    ["a number sign in the query", "/a?b#c"],
    ["a NUL", "/a\u0000"],
    ["a NUL in the query", "/a?b\u0000"],
    ["CVE-2019-9900: an encoded NUL", "/a%00"],
    ["a NUL, twice encoded", "/a%2500"],
    ["an encoded line feed", "/a%0A"],
    ["white space", "/a b"],
    ["a tab in front", "\t//evil"],
    ["raw Unicode", "/münchen"],
    ["a broken escape", "/a%2"],
    ["an escape that is none", "/%zz"],
    ["an overlong dot", "/%c0%ae%c0%ae/admin"],
    ["no slash in front", "admin"],
    ["an absolute form", "http://example.com/admin"],
    ["the asterisk form", "*"],
    ["nothing", ""],
    ["a query alone", "?x"],
  ])("%s: %p", (_, target) => expect(readPath(target)).toBeNull());

  test("nor one that reads in more ways than any honest client writes", () => {
    expect(readPath(`/%${"25".repeat(100)}2e/a`)).toBeNull();
    expect(readPath(`/${"a/".repeat(4_000)}`)).toHaveLength(1);
    expect(readPath(`/${"a/".repeat(4_000)}../b`)).toBeNull();
  });
});
