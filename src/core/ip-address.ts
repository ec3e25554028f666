import { isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/** An IP address as it is compared: mapped IPv4 (`::ffff:a.b.c.d`) is IPv4. */
export interface IpAddress {
  readonly family: 4 | 6;
  /** Canonical text (RFC 5952 for IPv6). */
  readonly text: string;
  /** The address in words of 32 bits, most significant first: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
}

/** All addresses of a CIDR block. */
export interface IpRange {
  readonly family: 4 | 6;
  /** Canonical text, the host bits cleared: `192.168.100.0/24`. */
  readonly text: string;
  /** Words of the first and the last address. */
  readonly first: readonly number[];
  readonly last: readonly number[];
  /** Whether it was written with bits set beyond its prefix (`192.168.100.1/24`). */
  readonly hostBits: boolean;
}

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const DOT = ".".charCodeAt(0);
const ZERO = "0".charCodeAt(0);
const CIDR = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/;

/** What comes before the IPv4 address in a mapped one: 96 bits. */
const MAPPED_BITS = 96;

/**
 * Reads an address, strictly: four decimal octets without leading zeros, or IPv6 (RFC 4291) without
 * a zone. No port, no brackets, no white space. NAT64 and 6to4 addresses stay what they are.
 */
export function parseIp(text: string): IpAddress | null {
  return parseIpv4(text) ?? parseIpv6(text);
}

/** Reads an address or a CIDR block (RFC 4632), under the same rules. Host bits are cleared. */
export function parseRange(text: string): IpRange | null {
  const [, addressText, prefixText] = CIDR.exec(text) ?? [];
  const address = addressText === undefined ? null : parseIp(addressText);
  if (addressText === undefined || address === null) return null;
  const bits = address.words.length * 32;
  const mapped = address.family === 4 && addressText.includes(":");
  const prefix = prefixText === undefined ? bits : Number(prefixText) - (mapped ? MAPPED_BITS : 0);
  // A mapped block wider than IPv4 itself would hold no address: they are all compared as IPv4.
  if (prefix < 0 || prefix > bits) return null;
  const first = address.words.map((word, index) => (word & networkMask(prefix, index)) >>> 0);
  const last = address.words.map((word, index) => (word | ~networkMask(prefix, index)) >>> 0);
  const hostBits = address.words.some((word, index) => word !== first[index]);
  return { family: address.family, text: `${showWords(first)}/${prefix}`, first, last, hostBits };
}

function parseIpv4(text: string): IpAddress | null {
  if (!IPV4.test(text)) return null;
  // Capture groups would take twice as long.
  let word = 0;
  let octet = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      word = word * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + code - ZERO;
  }
  return { family: 4, text, words: [word * 256 + octet] };
}

function parseIpv6(text: string): IpAddress | null {
  // ipaddr.js alone would take octal octets and zones.
  if (!isIPv6(text) || text.includes("%")) return null;
  // And it takes `::1.2.3.4`, an address of its own (RFC 4291, 2.5.5.1), for `::ffff:1.2.3.4`.
  const address = ipaddr.IPv6.parse(text.replace(/^::(?=\d+\.)/, "::0:"));
  if (address.isIPv4MappedAddress()) return parseIpv4(address.toIPv4Address().toString());
  const words = joinParts(address.parts);
  return { family: 6, text: address.toRFC5952String(), words };
}

/** Pairs of 16 bits as words of 32. */
function joinParts(parts: readonly number[]): number[] {
  return [0, 2, 4, 6].map((at) => (((parts[at] ?? 0) << 16) | (parts[at + 1] ?? 0)) >>> 0);
}

/** The bits of the word at `index` that a prefix of so many bits covers. */
function networkMask(prefix: number, index: number): number {
  const covered = Math.min(Math.max(prefix - index * 32, 0), 32);
  // A shift by 32 would shift by none.
  return covered === 0 ? 0 : ~0 << (32 - covered);
}

function showWords(words: readonly number[]): string {
  const [word] = words;
  if (words.length === 1 && word !== undefined)
    return [24, 16, 8, 0].map((at) => (word >>> at) & 255).join(".");
  return new ipaddr.IPv6(words.flatMap((half) => [half >>> 16, half & 0xffff])).toRFC5952String();
}
