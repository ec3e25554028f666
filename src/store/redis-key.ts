import { decodeKey, encodeKey, shardOf, shardOfEncoded } from "./key.ts";
import type { Key } from "./store.ts";

const PREFIX = "postern:";

/**
 * The key in Redis: `postern:{SHARD}:PARTS`. The braces are Cluster's hash tag, so that keys that agree
 * in their first two parts, such as all of one subject, share a slot.
 */
export const redisKeyOf = nameBy(":");

/** The key that has this name in Redis, undefined where Postern gives no such name. */
export function keyOfRedis(redisKey: string): Key | undefined {
  const key = decodeKey(redisKey.slice(redisKey.indexOf("}:") + 2));
  return key !== undefined && redisKeyOf(key) === redisKey ? key : undefined;
}

/** A glob for exactly the keys that start with `prefix`. No part holds a character that is special in it. */
export function redisPatternOf(prefix: Key): string {
  const shard = prefix.length > 1 ? shardOf(prefix) : "*";
  return `${PREFIX}{${shard}}:${encodeKey(prefix)}*`;
}

/** The hash in Redis that holds a collection; no key has such a name. */
export const redisHashOf = nameBy("#");

/** What is another string after each change of a collection; no key has such a name. */
export const redisStampOf = nameBy("@");

/** Names are made once for each key that is asked for again and again. */
function nameBy(separator: ":" | "#" | "@"): (key: Key) => string {
  const names = new WeakMap<Key, string>();
  return (key) => {
    const before = names.get(key);
    if (before !== undefined) return before;
    const encoded = encodeKey(key);
    const name = `${PREFIX}{${shardOfEncoded(encoded)}}${separator}${encoded}`;
    names.set(key, name);
    return name;
  };
}

export function redisChannelOf(topic: string): string {
  return `${PREFIX}${encodeKey([topic])}`;
}

/** The topic of a channel, undefined for a channel that is not Postern's. */
export function topicOfRedis(channel: string): string | undefined {
  return decodeKey(channel.slice(PREFIX.length))?.[0];
}
