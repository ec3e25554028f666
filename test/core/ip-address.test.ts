import { describe, expect, test } from "bun:test";
import { isIP } from "node:net";
import fc from "fast-check";
import { parseIp, parseRange } from "../../src/core/ip-address.ts";

describe("an address", () => {
  test.each([
    ["192.168.100.142", 4, "192.168.100.142", [0xc0a8648e]],
    ["255.255.255.255", 4, "255.255.255.255", [0xffffffff]],
    ["0.0.0.0", 4, "0.0.0.0", [0]],
    ["2001:DB8:0:0:1:0:0:1", 6, "2001:db8::1:0:0:1", [0x20010db8, 0, 0x10000, 1]],
    ["::", 6, "::", [0, 0, 0, 0]],
    ["000:0:0000::01", 6, "::1", [0, 0, 0, 1]],
  ] as const)("%p is read in canonical form", (text, family, canonical, words) => {
    expect(parseIp(text)).toEqual({ family, text: canonical, words: [...words] });
  });

  test.each(["::ffff:127.0.0.1", "::fFFf:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:ffff:127.0.0.1"])(
    "GHSA-7jmw-8259-q9jx: the mapped address %p is the IPv4 address",
    (text) => expect(parseIp(text)).toEqual(parseIp("127.0.0.1")),
  );

  test.each([
    ["NAT64", "64:ff9b::7f00:1"],
    ["6to4", "2002:7f00:1::"],
    ["IPv4-compatible", "::127.0.0.1"],
  ])("%s addresses stay IPv6", (_, text) => expect(parseIp(text)?.family).toBe(6));

  test.each([
    ["CVE-2021-28918: octal", "010.0.0.1"],
    ["CVE-2024-29415: octal", "012.1.2.3"],
    ["CVE-2024-29415: short form", "127.1"],
    ["CVE-2024-29415: hexadecimal", "0x7f.1"],
    ["CVE-2023-42282: hexadecimal in full", "0x7f.0.0.1"],
    ["one number", "2130706433"],
    ["an octet over 255", "256.0.0.1"],
    ["three octets", "10.0.0"],
    ["five octets", "10.0.0.0.1"],
    ["octal inside a mapped address", "::ffff:012.1.2.3"],
    ["a zone", "fe80::1%eth0"],
    ["a port", "127.0.0.1:80"],
    ["brackets", "[::1]"],
    ["brackets and a port", "[::1]:80"],
    ["white space", " 127.0.0.1"],
    ["a line feed", "127.0.0.1\n"],
    ["a NUL", "127.0.0.1\u0000"],
    ["digits that are not ASCII", "１27.0.0.1"],
    ["two gaps", "1::2::3"],
    ["nine groups", "1:2:3:4:5:6:7:8:9"],
    ["a group of five digits", "12345::"],
    ["`unknown` (RFC 7239)", "unknown"],
    ["an obfuscated node (RFC 7239)", "_hidden"],
    ["a prefix", "10.0.0.0/8"],
    ["nothing", ""],
  ])("%s is refused: %p", (_, text) => expect(parseIp(text)).toBeNull());

  test("is read only where node:net reads it too, and reads as itself", () => {
    const pieces = fc.array(fc.constantFrom("0", "1", "25", "255", "256", ".", ":", "::", "f", "ffff", "%"), {
      maxLength: 16,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          pieces.map((parts) => parts.join("")),
          fc.ipV4(),
          fc.ipV6(),
        ),
        (text) => {
          const address = parseIp(text);
          expect(address !== null).toBe(isIP(text) !== 0 && !text.includes("%"));
          if (address !== null) expect(parseIp(address.text)).toEqual(address);
        },
      ),
    );
  });
});

describe("IPv6 in any of its spellings", () => {
  const group = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff }));
  const groups = fc.array(group, { minLength: 8, maxLength: 8 });
  const isMapped = (parts: readonly number[]) =>
    parts.slice(0, 5).every((part) => part === 0) && parts[5] === 0xffff;

  /** Some groups in hexadecimal, the last two as octets if wished, a run of zeros left out if there is one. */
  function spell(parts: readonly number[], dotted: boolean, from: number, upTo: number): string {
    const tail = parts
      .slice(6)
      .flatMap((part) => [part >> 8, part & 255])
      .join(".");
    const written = [
      ...parts.slice(0, 6).map((part) => part.toString(16)),
      ...(dotted ? [tail] : parts.slice(6).map((part) => part.toString(16))),
    ];
    const end = Math.min(upTo, dotted ? 6 : 8);
    if (from >= end || parts.slice(from, end).some((part) => part !== 0)) return written.join(":");
    return `${written.slice(0, from).join(":")}::${written.slice(end).join(":")}`;
  }

  test("is the number that it stands for", () => {
    const index = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(groups, fc.boolean(), index, index, (parts, dotted, from, upTo) => {
        const words = [0, 2, 4, 6].map((at) => (parts[at] ?? 0) * 0x10000 + (parts[at + 1] ?? 0));
        const address = parseIp(spell(parts, dotted, from, upTo));
        expect(address?.words).toEqual(isMapped(parts) ? words.slice(3) : words);
      }),
      { numRuns: 1_000 },
    );
  });

  test("is written as the URL standard writes it", () => {
    fc.assert(
      fc.property(
        groups.filter((parts) => !isMapped(parts)),
        (parts) => {
          const text = spell(parts, false, 0, 0);
          expect(`[${parseIp(text)?.text}]`).toBe(new URL(`http://[${text}]`).hostname);
        },
      ),
    );
  });
});

describe("a range", () => {
  test.each([
    ["10.0.0.0/8", "10.0.0.0/8", false],
    ["192.168.100.1/24", "192.168.100.0/24", true],
    ["192.168.100.142", "192.168.100.142/32", false],
    ["0.0.0.0/0", "0.0.0.0/0", false],
    ["255.255.255.255/1", "128.0.0.0/1", true],
    ["2001:db8::/32", "2001:db8::/32", false],
    ["2001:db8::1/32", "2001:db8::/32", true],
    ["2001:db8::1", "2001:db8::1/128", false],
    ["2001:db8:ffff::/33", "2001:db8:8000::/33", true],
    ["::/0", "::/0", false],
    ["::ffff:10.1.2.3/104", "10.0.0.0/8", true],
    ["::ffff:10.1.2.3", "10.1.2.3/32", false],
  ])("%p is %p", (text, canonical, hostBits) => {
    expect(parseRange(text)).toMatchObject({ text: canonical, hostBits });
  });

  test("knows its first and its last address", () => {
    expect(parseRange("10.1.2.3/15")).toMatchObject({ first: [0x0a000000], last: [0x0a01ffff] });
    expect(parseRange("2001:db8::/40")).toMatchObject({
      first: [0x20010db8, 0, 0, 0],
      last: [0x20010db8, 0x00ffffff, 0xffffffff, 0xffffffff],
    });
  });

  test.each([
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "/8",
    "10.0.0/8",
    "010.0.0.0/8",
    "10.0.0.0 /8",
    "fe80::1%eth0/64",
    "",
  ])("%p is refused", (text) => expect(parseRange(text)).toBeNull());

  test("a mapped block wider than IPv4 is refused: no address would ever be in it", () => {
    expect(parseRange("::ffff:10.0.0.0/95")).toBeNull();
    expect(parseRange("::ffff:10.0.0.0/96")?.text).toBe("0.0.0.0/0");
  });
});
