import { describe, expect, test } from "bun:test";
import { BlockList } from "node:net";
import fc from "fast-check";
import { type IpAddress, type IpRange, parseIp, parseRange } from "../../src/core/ip-address.ts";
import { compileIpSet } from "../../src/core/ip-set.ts";

const address = (text: string): IpAddress => parseIp(text) ?? expect.unreachable(text);
const range = (text: string): IpRange => parseRange(text) ?? expect.unreachable(text);
const setOf = (...ranges: string[]) => compileIpSet(ranges.map(range));

describe("a set of ranges", () => {
  test("holds the first and the last address of each and nothing beside", () => {
    const set = setOf("10.0.0.0/8", "192.168.100.1/24", "2001:db8::/32");
    for (const inside of [
      "10.0.0.0",
      "10.255.255.255",
      "192.168.100.0",
      "192.168.100.255",
      "2001:db8::",
      "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    ]) {
      expect(set.has(address(inside))).toBe(true);
    }
    for (const outside of [
      "9.255.255.255",
      "11.0.0.0",
      "192.168.99.255",
      "192.168.101.0",
      "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
      "2001:db9::",
    ]) {
      expect(set.has(address(outside))).toBe(false);
    }
  });

  test("without ranges holds nothing", () => {
    expect(setOf().has(address("10.0.0.1"))).toBe(false);
    expect(setOf().has(address("::1"))).toBe(false);
  });

  test("a narrow range inside a wide one takes nothing from it", () => {
    const set = setOf("10.1.0.0/16", "10.0.0.0/8", "10.0.0.0/8", "10.1.2.3/32");
    expect(set.has(address("10.200.0.1"))).toBe(true);
    expect(set.has(address("11.0.0.0"))).toBe(false);
  });

  test("families are apart: ::/0 holds no IPv4 address, 0.0.0.0/0 no IPv6 address", () => {
    expect(setOf("::/0").has(address("10.0.0.1"))).toBe(false);
    expect(setOf("0.0.0.0/0").has(address("2001:db8::1"))).toBe(false);
  });

  test("GHSA-7jmw-8259-q9jx: a mapped address is in the IPv4 range it maps to, NAT64 and 6to4 are not", () => {
    const set = setOf("127.0.0.0/8");
    expect(set.has(address("::ffff:127.0.0.1"))).toBe(true);
    expect(set.has(address("64:ff9b::7f00:1"))).toBe(false);
    expect(set.has(address("2002:7f00:1::"))).toBe(false);
  });

  test.each([1, 99, 101, 10_000])("CVE-2026-27588: %p ranges are judged as one is", (size) => {
    const set = compileIpSet(
      Array.from({ length: size }, (_, index) => range(`10.${index >> 8}.${index & 255}.0/25`)),
    );
    const last = size - 1;
    for (const index of [0, size >> 1, last]) {
      expect(set.has(address(`10.${index >> 8}.${index & 255}.127`))).toBe(true);
      expect(set.has(address(`10.${index >> 8}.${index & 255}.128`))).toBe(false);
    }
    expect(set.has(address("9.255.255.255"))).toBe(false);
  });
});

interface Family {
  readonly bits: 32 | 128;
  readonly show: (value: bigint) => string;
}

const IPV4: Family = {
  bits: 32,
  show: (value) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join("."),
};
const IPV6: Family = {
  bits: 128,
  show: (value) =>
    [7n, 6n, 5n, 4n, 3n, 2n, 1n, 0n]
      .map((part) => ((value >> (part * 16n)) & 0xffffn).toString(16))
      .join(":"),
};

/** Blocks and addresses close to each other, so that edges are met. */
function drawCase({ bits }: Family) {
  const value = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }),
    fc.bigInt({ min: 0n, max: 600n }).map((low) => (0xa0n << BigInt(bits - 8)) + low),
  );
  const block = fc.record({
    base: value,
    prefix: fc.oneof(fc.integer({ min: 0, max: bits }), fc.integer({ min: bits - 9, max: bits })),
  });
  return fc.record({
    blocks: fc.array(block, { maxLength: 12 }),
    probes: fc.array(value, { minLength: 1, maxLength: 12 }),
  });
}

describe.each([
  ["IPv4", IPV4],
  ["IPv6", IPV6],
] as const)("%s sets agree", (name, family) => {
  const mapped = (value: bigint) => family.bits === 128 && value >> 32n === 0xffffn;

  test("with big integers", () => {
    fc.assert(
      fc.property(drawCase(family), ({ blocks, probes }) => {
        const set = compileIpSet(blocks.map(({ base, prefix }) => range(`${family.show(base)}/${prefix}`)));
        for (const probe of probes.filter((value) => !mapped(value))) {
          const expected = blocks.some(
            ({ base, prefix }) => (base ^ probe) >> BigInt(family.bits - prefix) === 0n,
          );
          expect(set.has(address(family.show(probe)))).toBe(expected);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("with node:net", () => {
    fc.assert(
      fc.property(drawCase(family), ({ blocks, probes }) => {
        const set = compileIpSet(blocks.map(({ base, prefix }) => range(`${family.show(base)}/${prefix}`)));
        const list = new BlockList();
        const type = name === "IPv4" ? "ipv4" : "ipv6";
        for (const { base, prefix } of blocks) list.addSubnet(family.show(base), prefix, type);
        for (const probe of probes.filter((value) => !mapped(value))) {
          expect(set.has(address(family.show(probe)))).toBe(list.check(family.show(probe), type));
        }
      }),
    );
  });
});
