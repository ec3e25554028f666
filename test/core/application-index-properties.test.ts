import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { finder } from "./finder.ts";
import { entry, findNaively } from "./naive-applications.ts";
import { SERVERS } from "./server-readings.ts";

const label = fc.constantFrom("a", "b", "ab", "*", "a*", "*b", "a*b");
const hostPattern = fc.array(label, { maxLength: 2 }).map((labels) => [...labels, "test"].join("."));
const wildSegment = fc.constantFrom("a", "b", "ab", "*", "a*", "*b");
const pathPattern = fc.array(wildSegment, { maxLength: 3 }).map((segments) => `/${segments.join("/")}`);
const applications = fc.array(
  fc
    .tuple(fc.constantFrom("A", "B", "C", "D"), hostPattern, pathPattern)
    .map(([value, host, path]) => entry(value, host, path)),
  { maxLength: 8 },
);
const host = fc
  .array(fc.constantFrom("a", "b", "ab", "aab", "c"), { maxLength: 2 })
  .map((labels) => [...labels, "test"].join("."));
const segment = fc.constantFrom("a", "b", "ab", "aab");
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`);

describe("whatever the applications", () => {
  test("a plain request leads where a look at every one of them leads", () => {
    fc.assert(
      fc.property(applications, host, path, (entries, name, target) => {
        expect(finder(...entries)(name, target)).toBe(findNaively(entries, name, target));
      }),
      { numRuns: 3_000 },
    );
  });

  test("their order is irrelevant", () => {
    fc.assert(
      fc.property(applications, host, path, (entries, name, target) => {
        expect(finder(...entries.toReversed())(name, target)).toBe(finder(...entries)(name, target));
      }),
    );
  });

  /** Ways to write one segment, and detours that lead back, as RFC 3986 resolves them. */
  const respell = (text: string) =>
    fc
      .tuple(
        fc.array(fc.constantFrom("plain", "lower", "upper"), {
          minLength: text.length,
          maxLength: text.length,
        }),
        fc.constantFrom("", "./", "%2e/", "a/../", "ab/%2E./", "a/b/../../"),
      )
      .map(
        ([spellings, detour]) =>
          detour +
          [...text]
            .map((character, index) => {
              const hex = character.charCodeAt(0).toString(16);
              if (spellings[index] === "plain") return character;
              return `%${spellings[index] === "upper" ? hex.toUpperCase() : hex}`;
            })
            .join(""),
      );
  const respelled = fc
    .array(segment, { maxLength: 3 })
    .chain((segments) =>
      fc.tuple(
        fc.constant(`/${segments.join("/")}`),
        fc.tuple(...segments.map(respell)),
        fc.constantFrom("", "/", "?x=/../b", "/?"),
      ),
    );

  test("another spelling of a path never leads to another application", () => {
    fc.assert(
      fc.property(applications, host, respelled, (entries, name, [plain, segments, end]) => {
        const find = finder(...entries);
        const target = `/${segments.join("/")}${end}`;
        expect([find(name, plain), "(ambiguous)", "(malformed)"]).toContain(find(name, target));
      }),
      { numRuns: 2_000 },
    );
  });

  const confusing = fc
    .array(
      fc.constantFrom(
        "/",
        "/",
        "a",
        "b",
        "ab",
        ".",
        "..",
        ";",
        "\\",
        "%2e",
        "%2F",
        "%5c",
        "%252e",
        "%252F",
        "%61",
        "%3b",
        "%3F",
        "%23",
        "%25",
      ),
      { maxLength: 14 },
    )
    .map((parts) => `/${parts.join("")}`);

  test.each(Object.keys(SERVERS))("what is found is what a server serves that %s", (server) => {
    const serve = SERVERS[server] ?? expect.unreachable(server);
    fc.assert(
      fc.property(applications, confusing, (entries, target) => {
        const found = finder(...entries)("a.test", target);
        if (found === "(ambiguous)" || found === "(malformed)") return;
        const served = serve(target).replace(/(.)\/+$/, "$1");
        expect(found).toBe(findNaively(entries, "a.test", served));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each(["a", ".", "/", "@", "-", "/a", "/.", "/..", "//", "\\", ";", "%2e", "%25", "/..;", "/a*"])(
    "64 KiB of %p, as a host, a target or a query, take no time and throw nothing",
    (text) => {
      const find = finder(
        entry("a", "*.a.test", "/a*/a*/a*/b"),
        entry("b", "a.test", "/a*/a*/a*/b"),
        entry("c", "a.test", "/a"),
      );
      const long = text.repeat(65_536 / text.length);
      const bestMs = Math.min(
        ...[1, 2, 3].map(() => {
          const startedAt = performance.now();
          find(long, long);
          find("a.test", long);
          find("a.test", `/a${long}`);
          find("a.test", `/a?${long}`);
          return performance.now() - startedAt;
        }),
      );
      expect(bestMs).toBeLessThan(50);
    },
  );
});
