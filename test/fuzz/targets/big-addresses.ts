/** An address as one number. */
export interface BigAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const MAPPED = 0xffffn;

/** Reads an address by hand, from the grammars of RFC 3986 (dec-octet) and RFC 4291 (2.2), mapped ones as IPv4. */
export function readBigAddress(text: string): BigAddress | null {
  if (!text.includes(":")) {
    const value = readOctets(text);
    return value === null ? null : { bits: 32, value };
  }
  const value = readGroups(text);
  if (value === null) return null;
  return value >> 32n === MAPPED ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

/** Reads a block; the prefix of a mapped one counts from the mapped address. */
export function readBigRange(text: string): { readonly base: BigAddress; readonly prefix: number } | null {
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const base = readBigAddress(address);
  if (base === null) return null;
  if (slash < 0) return { base, prefix: base.bits };
  const written = text.slice(slash + 1);
  if (!Number.isInteger(Number(written)) || String(Number(written)) !== written) return null;
  const prefix = Number(written) - (base.bits === 32 && address.includes(":") ? 96 : 0);
  return prefix >= 0 && prefix <= base.bits ? { base, prefix } : null;
}

function readOctets(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    const octet = Number(part);
    // Whatever is not written as numbers are written is no octet: no sign, no zero in front, no other base.
    if (String(octet) !== part || !(octet >= 0 && octet <= 255) || part.includes(".")) return null;
    value = (value << 8n) | BigInt(octet);
  }
  return value;
}

function readGroups(text: string): bigint | null {
  const [head = "", tail, more] = text.split("::");
  if (more !== undefined) return null;
  const before = readRun(head, tail === undefined);
  const after = readRun(tail ?? "", true);
  if (before === null || after === null) return null;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...Array.from({ length: missing }, () => 0n), ...after];
  return groups.reduce((sum, group) => (sum << 16n) | group, 0n);
}

/** Groups between colons; the last may be an IPv4 address, which is two. */
function readRun(text: string, isLast: boolean): readonly bigint[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    if (isLast && index === parts.length - 1 && part.includes(".")) {
      const octets = readOctets(part);
      if (octets === null) return null;
      groups.push(octets >> 16n, octets & 0xffffn);
    } else {
      const digits = [...part];
      if (digits.length < 1 || digits.length > 4) return null;
      if (!digits.every((digit) => "0123456789abcdefABCDEF".includes(digit))) return null;
      groups.push(BigInt(`0x${part}`));
    }
  }
  return groups;
}
