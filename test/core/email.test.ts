import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseEmail } from "../../src/core/email.ts";

describe("an e-mail address", () => {
  test.each([
    ["alice@example.com", "alice@example.com", "example.com"],
    ["Alice@Example.COM", "alice@example.com", "example.com"],
    ["alice+tag@sub.example.com", "alice+tag@sub.example.com", "sub.example.com"],
    ["a.li.ce@example.com", "a.li.ce@example.com", "example.com"],
    ["alice@münchen.example", "alice@xn--mnchen-3ya.example", "xn--mnchen-3ya.example"],
    ["alice@xn--mnchen-3ya.example", "alice@xn--mnchen-3ya.example", "xn--mnchen-3ya.example"],
    ["alice@localhost", "alice@localhost", "localhost"],
  ])("%p is read as %p", (text, address, domain) => {
    expect(parseEmail(text)).toEqual({ address, domain });
  });

  test("keeps dots and tags: they tell people apart", () => {
    expect(parseEmail("al.ice+x@example.com")?.address).not.toBe(parseEmail("alice@example.com")?.address);
  });

  test("holds up to 320 characters", () => {
    const domain = "@example.com";
    const longest = "a".repeat(320 - domain.length) + domain;
    expect(parseEmail(longest)?.address).toBe(longest);
    expect(parseEmail(`a${longest}`)).toBeNull();
    expect(parseEmail(`${"a".repeat(305)}@ü.example.com`)).toBeNull();
  });

  test.each([[["alice@example.com"]], [{ email: "alice@example.com" }], [7], [true], [null], [undefined]])(
    "is never read from %p",
    (value) => expect(parseEmail(value)).toBeNull(),
  );
});

describe("a stranger's address is not read as one of company.com", () => {
  test.each([
    ["another domain with the same ending", "x@notcompany.com"],
    ["a longer domain", "x@company.com.evil.net"],
    ["CVE-2026-40574: two @, the member's domain last", "x@evil.net@company.com"],
    ["CVE-2026-40574: two @, the member's domain first", "x@company.com@evil.net"],
    ["a quoted local part", '"x@company.com"@evil.net'],
    ["a NUL", "x@company.com\u0000.evil.net"],
    ["a line feed at the end", "x@company.com\n"],
    ["a subdomain", "x@sub.company.com"],
    ["a dot at the end", "x@company.com."],
    ["Cyrillic look-alikes", "x@соmpany.com"],
    ["U+3002 for a full stop", "x@company。com"],
    ["U+FF0E for a full stop", "x@company．com"],
    ["U+FF61 for a full stop", "x@company｡com"],
    ["a letter that NFKC folds", "x@ᶜompany.com"],
    ["full-width letters", "x@ｃompany.com"],
    ["a soft hyphen", "x@com\u00adpany.com"],
    ["a zero-width space", "x@com\u200bpany.com"],
    ["an encoded NUL", "x@company.com%00"],
    ["an encoded letter", "x@%63ompany.com"],
    ["a punycode label that hides plain ASCII", "x@xn--company-.com"],
    ["white space around it", " x@company.com "],
    ["nothing", ""],
    ["no local part", "@company.com"],
    ["no domain", "x@"],
    ["a label that is empty", "x@company..com"],
    ["an address in place of a domain", "x@127.0.0.1"],
    ["a number that reads as an address", "x@0x7f.1"],
    ["angle brackets", "X <x@company.com>"],
    ["a local part outside ASCII", "ı@company.com"],
  ])("%s: %p", (_, text) => {
    expect(parseEmail(text)?.domain).not.toBe("company.com");
  });

  test.each([
    ["Kelvin sign", "x@\u212aelvin.com", "kelvin.com"],
    ["dotless i", "x@ıdea.com", "idea.com"],
    ["long s", "x@ſun.com", "sun.com"],
    ["dotted capital I", "x@İdea.com", "idea.com"],
    ["capital sharp s", "x@ẞ.com", "ss.com"],
  ])("case folding ends with ASCII: %s", (_, text, domain) => {
    expect(parseEmail(text)?.domain).not.toBe(domain);
  });

  test.each(["\u212aate@company.com", "ſam@company.com", "İan@company.com"])(
    "nor is %p read at all",
    (text) => {
      expect(parseEmail(text)).toBeNull();
    },
  );
});

describe("whatever the text", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.constantFrom("a", "A", "@", ".", "-", "é", "\u212a", "。", "xn--", "%40", " ", "\u0000"), {
        maxLength: 12,
      })
      .map((parts) => parts.join("")),
    fc.emailAddress(),
  );

  test("what is read is ASCII, lower case, with one @, and reads as itself", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const email = parseEmail(text);
        if (email === null) return;
        expect(email.address).toMatch(/^[!-?[-~]+@[a-z0-9_.-]+$/);
        expect(email.address.endsWith(`@${email.domain}`)).toBe(true);
        expect(parseEmail(email.address)).toEqual(email);
      }),
    );
  });

  test("an address is read alike in whatever case its letters are", () => {
    const parts = fc.constantFrom(
      "ada",
      "x1",
      "7",
      "0x1",
      "-",
      "--",
      ".",
      "@",
      "xn--",
      "com",
      "a".repeat(63),
    );
    const likely = fc.array(parts, { maxLength: 9 }).map((some) => `ada@${some.join("")}`);
    fc.assert(
      fc.property(fc.oneof(likely, fc.emailAddress()), (text) => {
        const lower = text.toLowerCase();
        expect(parseEmail(lower)).toEqual(parseEmail(text.toUpperCase()));
      }),
      { numRuns: 2_000 },
    );
  });
});
