import { describe, expect, test } from "bun:test";
import { compileApplications } from "../../src/core/application-index.ts";
import { DestinationError } from "../../src/core/destination.ts";
import { finder } from "./finder.ts";
import { entry } from "./naive-applications.ts";

describe("Cloudflare's own words", () => {
  test("leave the PATH field empty to protect the entire website", () => {
    for (const path of ["", "/", "/*"]) {
      const find = finder(entry("site", "example.com", path));
      expect([find("example.com", "/"), find("example.com", "/any/path")]).toEqual(["site", "site"]);
    }
  });

  test("/admin/specific will not inherit the policy set for /admin", () => {
    const find = finder(
      entry("admin", "example.com", "/admin"),
      entry("specific", "example.com", "/admin/specific"),
    );
    expect(find("example.com", "/admin/specific")).toBe("specific");
    expect(find("example.com", "/admin/specific/more")).toBe("specific");
    expect(find("example.com", "/admin/other")).toBe("admin");
    expect(find("example.com", "/")).toBe("(none)");
  });

  test("requests to URLs with port numbers have the port number stripped", () => {
    expect(finder(entry("site", "example.com"))("example.com:8443", "/")).toBe("site");
  });

  test("dashboard.com/eng/exec inherits the rules of dashboard.com/eng …", () => {
    expect(finder(entry("Policy A", "dashboard.com", "/eng"))("dashboard.com", "/eng/exec")).toBe("Policy A");
  });

  test("… unless it has its own: the more specific policy takes precedence", () => {
    const find = finder(
      entry("Policy A", "dashboard.com", "/eng"),
      entry("Policy B", "dashboard.com", "/eng/exec"),
    );
    expect(find("dashboard.com", "/eng/exec")).toBe("Policy B");
    expect(find("dashboard.com", "/eng/wiki")).toBe("Policy A");
  });

  test("*.example.com covers alpha.example.com and beta.example.com, but not example.com", () => {
    const find = finder(entry("wildcard", "*.example.com"));
    expect(find("alpha.example.com", "/")).toBe("wildcard");
    expect(find("beta.example.com", "/")).toBe("wildcard");
    expect(find("example.com", "/")).toBe("(none)");
    expect(find("foo.bar.example.com", "/")).toBe("(none)");
  });

  test("*.*.example.com covers one level more", () => {
    const find = finder(entry("one", "*.example.com"), entry("two", "*.*.example.com"));
    expect(find("foo.example.com", "/")).toBe("one");
    expect(find("foo.bar.example.com", "/")).toBe("two");
  });

  test("*test.example.com covers test.example.com and alphatest.example.com, but not beta.test.example.com", () => {
    const find = finder(entry("partial", "*test.example.com"));
    expect(find("test.example.com", "/")).toBe("partial");
    expect(find("alphatest.example.com", "/")).toBe("partial");
    expect(find("beta.test.example.com", "/")).toBe("(none)");
    expect(find("testing.example.com", "/")).toBe("(none)");
  });

  test("what stands before and after a partial wildcard does not overlap", () => {
    const find = finder(entry("partial", "aba*aba.example.com"));
    expect(find("abaaba.example.com", "/")).toBe("partial");
    expect(find("ababa.example.com", "/")).toBe("(none)");
    expect(find("aba.example.com", "/")).toBe("(none)");
  });

  test("example.com/alpha/* covers /alpha/one and /alpha/two, but neither /alpha nor the apex", () => {
    const find = finder(entry("alpha", "example.com", "/alpha/*"));
    expect(find("example.com", "/alpha/one")).toBe("alpha");
    expect(find("example.com", "/alpha/two")).toBe("alpha");
    expect(find("example.com", "/alpha")).toBe("(none)");
    expect(find("example.com", "/")).toBe("(none)");
  });

  test("example.com/foo*/bar covers /foo/bar, /food/bar and /food/stuff/bar", () => {
    const find = finder(entry("bar", "example.com", "/foo*/bar"));
    for (const path of ["/foo/bar", "/food/bar", "/food/stuff/bar"])
      expect(find("example.com", path)).toBe("bar");
  });
});

describe("the most specific alone decides", () => {
  const find = finder(
    entry("exact", "test.example.com", "/docs"),
    entry("partial", "*test.example.com", "/docs/long/path"),
    entry("wildcard", "*.example.com", "/docs/long/path/indeed"),
    entry("fallback", "*.example.com", "/"),
    entry("literal", "paths.example.com", "/a/b/c"),
    entry("glob", "paths.example.com", "/a/*"),
  );

  test.each([
    ["an exact host before a longer path", "test.example.com", "/docs/long/path/indeed", "exact"],
    ["a partial wildcard before *", "alphatest.example.com", "/docs/long/path/indeed", "partial"],
    ["* before nothing", "other.example.com", "/docs/long/path/indeed", "wildcard"],
    ["a host whose path does not match leaves it to the next", "test.example.com", "/blog", "fallback"],
    ["the longest literal path", "paths.example.com", "/a/b/c/d", "literal"],
    ["a shorter one where that does not match", "paths.example.com", "/a/b", "glob"],
  ])("%s", (_, host, path, expected) => expect(find(host, path)).toBe(expected));

  test("several labels are compared from the right", () => {
    const nested = finder(
      entry("near", "*.b.example.com"),
      entry("far", "a.*.example.com", "/x"),
      entry("all", "*.*.example.com"),
    );
    expect(nested("a.b.example.com", "/x")).toBe("near");
    expect(nested("a.c.example.com", "/x")).toBe("far");
    expect(nested("c.c.example.com", "/x")).toBe("all");
  });

  test("equals that lead to different applications are ambiguous, to one application are not", () => {
    expect(finder(entry("a", "example.com"), entry("b", "example.com"))("example.com", "/")).toBe(
      "(ambiguous)",
    );
    expect(finder(entry("a", "example.com"), entry("a", "example.com"))("example.com", "/")).toBe("a");
    const partials = finder(entry("a", "*test.example.com"), entry("b", "alpha*.example.com"));
    expect(partials("alphatest.example.com", "/")).toBe("(ambiguous)");
    expect(partials("alpha.example.com", "/")).toBe("b");
    const globs = finder(entry("a", "example.com", "/foo*"), entry("b", "example.com", "/*foo"));
    expect(globs("example.com", "/foo")).toBe("(ambiguous)");
  });

  test("a destination that is none cannot be compiled: its paths would fall to a less specific one", () => {
    const compile = (host: string, path: string) => () => compileApplications([entry("a", host, path)]);
    expect(compile("exa mple.com", "/")).toThrow(DestinationError);
    expect(compile("example.com", "/a//b")).toThrow("apps.yaml:1:1");
  });
});

describe("threats", () => {
  const find = finder(
    entry("site", "example.com"),
    entry("public", "example.com", "/public"),
    entry("admin", "example.com", "/admin"),
    entry("foo", "example.com", "/foo/*/bar"),
    entry("strict", "*.b.example.com"),
    entry("loose", "*.example.com"),
  );
  /** Either the application that the server would serve, or none at all. */
  const isSafe = (target: string, served: string) =>
    expect([served, "(ambiguous)", "(malformed)"]).toContain(find("example.com", target));

  test.each(["/admin?x=/public", "/admin?/public", "/admin?../public"])(
    "CVE-2025-54576: the query of %p takes no part",
    (target) => expect(find("example.com", target)).toBe("admin"),
  );

  test.each(["/foo/secret#/bar", "/foo/secret%23/bar", "/foo/secret%2523/bar"])(
    "CVE-2026-41059: %p does not reach what ends in /bar",
    (target) => expect(find("example.com", target)).not.toBe("foo"),
  );

  test.each(["//admin/x", "///admin/x", "/\\admin/x", "/%2Fadmin/x", "%2F%2Fadmin/x"])(
    "CVE-2026-26205: %p is /admin/x or nothing",
    (target) => isSafe(target, "admin"),
  );

  test.each([
    "/public/../admin",
    "/public/./../admin",
    "/public/%2e%2e/admin",
    "/public/.%2E/admin",
    "/public/%252e%252e/admin",
    "/public/..%2fadmin",
    "/public/..%5cadmin",
    "/public\\..\\admin",
    "/public/..;/admin",
    "/public/..;x=1/admin",
    "/public/..%3b/admin",
    "/public%2f..%2fadmin",
    "/public/x/../../admin",
    "/public//..//admin",
    "/public/%c0%ae%c0%ae/admin",
  ])("CVE-2019-9901, CVE-2026-33494, CVE-2026-42274: %p never passes as public", (target) =>
    isSafe(target, "admin"),
  );

  test.each([
    "/%61dmin",
    "/a%64min/",
    "/admin%2Fx",
    "/admin%2fx",
    "/admin;x=1",
    "/admin/%2e",
    "/admin%3Fx",
    "/admin%23x",
  ])("CVE-2025-66490, CVE-2026-42272, CVE-2026-32811: %p is admin or nothing", (target) =>
    isSafe(target, "admin"),
  );

  test("GHSA-gx7w-56w6-g48x: /admin is not the beginning of /administrator", () => {
    expect(find("example.com", "/administrator")).toBe("site");
  });

  test("paths are case-sensitive", () => expect(find("example.com", "/Admin")).toBe("site"));

  test("CVE-2026-42273, CVE-2026-48794: hosts are not, in whichever label", () => {
    expect(find("a.B.example.com", "/")).toBe("strict");
    expect(find("A.EXAMPLE.com", "/")).toBe("loose");
    expect(find("EXAMPLE.COM", "/admin")).toBe("admin");
  });

  test.each([
    "evilexample.com",
    "example.com.evil.net",
    "example.com@evil.net",
    "evil.net@example.com",
    "example.com/evil",
    "example.com, evil.net",
    "example.com\u0000",
    "a.com/evil?",
  ])("CVE-2021-21291, CVE-2021-32637: the host %p leads nowhere", (host) =>
    expect(["(none)", "(malformed)"]).toContain(find(host, "/")),
  );

  test("an outcome that is not found never holds a value", () => {
    const index = compileApplications([entry("a", "example.com", "/a")]);
    for (const target of ["/", "/a/../b", "/a#"])
      expect(Object.keys(index.find("example.com", target))).toEqual(["match"]);
  });
});

describe.each([1, 99, 101, 10_000])("CVE-2026-27588: among %p applications", (size) => {
  const numbers = Array.from({ length: size }, (_, index) => index);
  const last = size - 1;

  test("exact hosts are found in any case, and only they", () => {
    const find = finder(...numbers.map((n) => entry(`app ${n}`, `app${n}.example.com`)));
    expect(find(`APP${last}.Example.com`, "/x")).toBe(`app ${last}`);
    expect(find(`app${size}.example.com`, "/x")).toBe("(none)");
  });

  test("wildcard hosts are", () => {
    const find = finder(
      ...numbers.map((n) =>
        entry(`app ${n}`, n % 2 === 0 ? `*.app${n}.example.com` : `*-app${n}.example.com`),
      ),
    );
    expect(find("X.App0.example.com", "/")).toBe("app 0");
    expect(find("app0.example.com", "/")).toBe("(none)");
    const host = last % 2 === 0 ? `x.app${last}.example.com` : `x-app${last}.example.com`;
    expect(find(host, "/")).toBe(`app ${last}`);
  });

  test("paths of one host are, on whole segments", () => {
    const find = finder(...numbers.map((n) => entry(`app ${n}`, "example.com", `/app${n}/admin`)));
    expect(find("example.com", `/app${last}/admin/x`)).toBe(`app ${last}`);
    expect(find("example.com", `/app${last}/administrator`)).toBe("(none)");
    expect(find("example.com", `/APP${last}/admin`)).toBe("(none)");
  });

  test("paths with wildcards are", () => {
    const find = finder(...numbers.map((n) => entry(`app ${n}`, "example.com", `/app${n}-*/admin`)));
    expect(find("example.com", `/app${last}-x/y/admin`)).toBe(`app ${last}`);
    expect(find("example.com", `/app${last}-x/y`)).toBe("(none)");
  });
});
