import { expect, test } from "bun:test";
import fc from "fast-check";
import { type IpRange, parseIp, parseRange } from "../../src/core/ip-address.ts";
import { compileIpIndex } from "../../src/core/ip-index.ts";
import { compileIpSet } from "../../src/core/ip-set.ts";

function rangesOf(texts: readonly string[]): IpRange[] {
  return texts.map((text) => parseRange(text) ?? expect.unreachable(text));
}

function findIn(texts: readonly string[], address: string): readonly string[] {
  const index = compileIpIndex(rangesOf(texts), (holding) => holding.map(({ text }) => text));
  return index.find(parseIp(address) ?? expect.unreachable(address)).toSorted();
}

test.each([
  ["10.1.2.3", ["10.0.0.0/8", "10.1.0.0/16"]],
  ["10.2.0.0", ["10.0.0.0/8"]],
  ["11.0.0.0", []],
  ["9.255.255.255", []],
  ["255.255.255.255", ["255.255.255.0/24"]],
  ["2001:db8::1", ["2001:db8::/32"]],
  ["2001:db9::", []],
  ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["ffff::/16"]],
])("the ranges that hold %s are found", (address, expected) => {
  const ranges = ["10.0.0.0/8", "10.1.0.0/16", "255.255.255.0/24", "2001:db8::/32", "ffff::/16"];
  expect(findIn(ranges, address)).toEqual(expected);
});

test("an index of no ranges finds none", () => {
  expect(findIn([], "10.1.2.3")).toEqual([]);
});

test("an index finds a range where a set of that range alone has the address", () => {
  const octet = fc.constantFrom(0, 1, 127, 128, 255);
  const address = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));
  const range = fc.tuple(address, fc.nat({ max: 32 })).map(([text, prefix]) => `${text}/${prefix}`);
  fc.assert(
    fc.property(fc.array(range, { maxLength: 8 }), address, (texts, text) => {
      const ranges = rangesOf(texts);
      const ip = parseIp(text) ?? expect.unreachable(text);
      const found = compileIpIndex(ranges, (holding) => holding).find(ip);
      expect(found).toEqual(ranges.filter((each) => compileIpSet([each]).has(ip)));
    }),
  );
});
