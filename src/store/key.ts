import type { Key } from "./store.ts";

const PLAIN = /^[A-Za-z0-9._-]*$/;
const SPECIAL = /[^A-Za-z0-9._-]/g;
const PLAIN_PART = /^[A-Za-z0-9._-]*:$/;
const ESCAPED = /%([0-9a-f]{4})/g;
const ENCODED = /^(?:(?:[A-Za-z0-9._-]|%[0-9a-f]{4})*:)+$/;

/**
 * The key as ASCII text: each part escaped and ended by a colon, so that different keys have different
 * texts and one text starts with another exactly where the key starts with the other's parts.
 */
export function encodeKey(key: Key): string {
  let encoded = "";
  for (const part of key)
    encoded += PLAIN.test(part) ? `${part}:` : `${part.replace(SPECIAL, escapeCodeUnit)}:`;
  return encoded;
}

/** The key of a text that `encodeKey` made, undefined for any other text. */
export function decodeKey(encoded: string): Key | undefined {
  if (PLAIN_PART.test(encoded)) return [encoded.slice(0, -1)];
  if (!ENCODED.test(encoded)) return undefined;
  const parts = encoded.slice(0, -1).split(":");
  const isPlain = !encoded.includes("%");
  const [first, ...rest] = isPlain ? parts : parts.map(unescapePart);
  if (first === undefined) return undefined;
  const key: Key = [first, ...rest];
  return isPlain || encodeKey(key) === encoded ? key : undefined;
}

/** How many shards the keys are spread over. */
export const SHARDS = 16;

/**
 * The shard of a key, 0 to `SHARDS` - 1. Keys that agree in their first two parts share it, and what
 * shares a shard is kept on one node: found together, and lost together.
 */
export function shardOf(key: Key): number {
  return shardOfEncoded(encodeKey(key));
}

/** `shardOf` the key that `encodeKey` made this of. */
export function shardOfEncoded(encoded: string): number {
  // Every part ends in a colon, and holds none.
  const second = encoded.indexOf(":", encoded.indexOf(":") + 1);
  return Bun.hash.crc32(second < 0 ? encoded : encoded.slice(0, second + 1)) % SHARDS;
}

// By code unit and not by code point: a lone surrogate stays what it is.
function escapeCodeUnit(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function unescapePart(part: string): string {
  return part.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
