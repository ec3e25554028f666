import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseDomain, parseHost, parseHostPattern } from "../../src/core/host.ts";

describe("the host of a request", () => {
  test.each([
    ["wiki.example.com", "wiki.example.com"],
    ["Wiki.EXAMPLE.com", "wiki.example.com"],
    ["wiki.example.com:8443", "wiki.example.com"],
    ["wiki.example.com.", "wiki.example.com"],
    ["wiki.example.com.:443", "wiki.example.com"],
    ["localhost:3000", "localhost"],
    ["_acme.my_host.example.com", "_acme.my_host.example.com"],
    ["XN--mnchen-3ya.example", "xn--mnchen-3ya.example"],
    ["10.0.0.1:80", "10.0.0.1"],
    ["[::1]", "[::1]"],
    ["[2001:DB8:0::1]:443", "[2001:db8::1]"],
  ])("%p is %p", (text, host) => expect(parseHost(text)).toBe(host));

  test.each([
    ["nothing", ""],
    ["a port alone", ":80"],
    ["an empty port", "a.example.com:"],
    ["a port too high", "a.example.com:65536"],
    ["a port that is none", "a.example.com:8a"],
    ["two ports", "a.example.com:80:80"],
    ["userinfo", "a.example.com@evil.example"],
    ["two hosts, as Bun joins them", "a.example.com, b.example.com"],
    ["a path", "a.example.com/x"],
    ["a backslash", "a.example.com\\x"],
    ["a query", "a.example.com?"],
    ["a fragment", "a.example.com#x"],
    ["an escape", "a%2eexample.com"],
    ["white space", "a.example.com "],
    ["a tab", "\ta.example.com"],
    ["two dots at the end", "a.example.com.."],
    ["a dot in front", ".example.com"],
    ["an empty label", "a..example.com"],
    ["a hyphen in front", "-a.example.com"],
    ["a hyphen at a label's end", "a-.example.com"],
    ["a label of 64 characters", `${"a".repeat(64)}.example.com`],
    ["a name of 254 characters", `${"a.".repeat(126)}aa`],
    ["a raw Unicode name", "münchen.example"],
    ["a Kelvin sign", "\u212aelvin.example"],
    ["punycode that decodes to nothing", "xn--99999999.example"],
    ["punycode that hides plain ASCII", "xn--example-.com"],
    ["punycode inside punycode", "xn--xn---epa.com"],
    ["an IPv4 address in octal", "010.0.0.1"],
    ["an IPv4 address cut short", "127.1"],
    ["an IPv4 address in hexadecimal", "0x7f.0.0.1"],
    ["IPv6 without brackets", "::1"],
    ["IPv6 with a zone", "[fe80::1%25eth0]"],
    ["IPv6 with a dot at the end", "[::1]."],
    ["mapped IPv4, a second spelling", "[::ffff:10.0.0.1]"],
    ["IPv4 in brackets", "[10.0.0.1]"],
    ["a wildcard", "*.example.com"],
  ])("%s is malformed: %p", (_, text) => expect(parseHost(text)).toBeNull());

  test("CVE-2021-32637: no byte but those of names gets through, wherever it stands", () => {
    for (let byte = 0; byte < 256; byte++) {
      const character = String.fromCharCode(byte);
      const expected = /[A-Za-z0-9_]/.test(character);
      for (const text of [
        `wiki${character}x.example.com`,
        `${character}wiki.example.com`,
        `wiki.example.com${character}`,
      ]) {
        if (/[.:-]/.test(character)) continue;
        expect([text, parseHost(text) !== null]).toEqual([text, expected]);
      }
    }
  });

  test("CVE-2026-27587: escapes in a host are not decoded, so that none escapes case folding", () => {
    expect(parseHost("%57iki.example.com")).toBeNull();
  });

  test("whatever the text, what is read is canonical", () => {
    const part = fc.constantFrom(
      "a",
      "B",
      ".",
      "-",
      ":",
      "1",
      "[",
      "]",
      "xn--",
      "é",
      "\u0000",
      "@",
      "0x",
      "_",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.domain(),
          fc.array(part, { maxLength: 14 }).map((parts) => parts.join("")),
        ),
        (text) => {
          const host = parseHost(text);
          if (host === null) return;
          expect(host).toMatch(/^[a-z0-9_.:[\]-]+$/);
          expect(parseHost(host)).toBe(host);
          expect(parseHost(`${host.toUpperCase()}:1`)).toBe(host);
        },
      ),
    );
  });
});

describe("a domain", () => {
  test.each([
    ["Example.COM", "example.com"],
    ["münchen.example", "xn--mnchen-3ya.example"],
    ["straße.example", "xn--strae-oqa.example"],
    ["Bücher.EXAMPLE", "xn--bcher-kva.example"],
  ])("%p is %p", (text, domain) => expect(parseDomain(text)).toBe(domain));

  test.each([
    "example.com.",
    "example.com:80",
    "exa mple.com",
    "company。com",
    "ᶜompany.com",
    "10.0.0.1",
    `${"ü".repeat(60)}.com`,
    "",
  ])("%p is none", (text) => expect(parseDomain(text)).toBeNull());
});

describe("the host of an application", () => {
  test.each([
    ["Wiki.Example.com", "wiki.example.com"],
    ["*.example.com", "*.example.com"],
    ["*TEST.example.com", "*test.example.com"],
    ["a*b.*.example.com", "a*b.*.example.com"],
    ["*.münchen.example", "*.xn--mnchen-3ya.example"],
    ["10.0.0.1", "10.0.0.1"],
    ["[::1]", "[::1]"],
  ])("%p is %p", (text, canonical) => {
    expect(parseHostPattern(text)?.text).toBe(canonical);
    expect(parseHostPattern(canonical)).toEqual(parseHostPattern(text));
  });

  test.each([
    ["two wildcards between dots", "*a*.example.com"],
    ["two wildcards in a row", "**.example.com"],
    ["a wildcard in the last label", "example.*"],
    ["nothing but a wildcard", "*"],
    ["a wildcard among octets", "10.0.0.*"],
    ["a wildcard before octets", "*.0.0.1"],
    ["a port", "example.com:443"],
    ["a port behind a wildcard", "*.example.com:443"],
    ["a scheme", "https://example.com"],
    ["a path", "*.example.com/x"],
    ["a dot at the end", "*.example.com."],
    ["an empty label", "*..example.com"],
    ["a wildcard beside Unicode", "*ü.example.com"],
    ["nothing", ""],
  ])("%s is refused: %p", (_, text) => expect(parseHostPattern(text)).toBeNull());
});
