import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Clock } from "../clock.ts";
import { SHARDS, shardOf } from "./key.ts";
import { type Key, type Store, StoreError } from "./store.ts";

/**
 * One life of a store, from its first use or its loss to the next loss. What is older than `bornAt`
 * (milliseconds since the epoch) may have been revoked in an earlier life that the store forgot.
 */
export interface Generation {
  readonly id: string;
  readonly bornAt: number;
}

export interface GenerationRead {
  readonly values: readonly (string | null)[];
  /** Values of keys that the generation says nothing of. */
  readonly others: readonly (string | null)[];
  readonly generation: Generation;
}

const Sentinel = Type.Object({ id: Type.String({ minLength: 1 }), born_at: Type.Integer({ minimum: 0 }) });
const sentinelCheck = TypeCompiler.Compile(Sentinel);

/** For each shard a key that lives in it: a node that loses its entries loses its sentinel with them. */
const SENTINEL_KEYS: readonly Key[] = Array.from({ length: SHARDS }, (_, shard) => {
  for (let n = 0; ; n++) {
    const key: Key = ["generation", String(n)];
    if (shardOf(key) === shard) return key;
  }
});

/** Marks the store as in use from now on, where it is not yet. To be called once, when the store is opened. */
export async function openGenerations(store: Store, clock: Clock): Promise<void> {
  const values = await store.getMany(SENTINEL_KEYS);
  await Promise.all(
    SENTINEL_KEYS.filter((_, shard) => values[shard] === null).map((key) => claimSentinel(store, clock, key)),
  );
}

/**
 * The values of the keys and the generation they belong to, in one round trip, and in the same one the
 * values of `others`, which may be older than the generation. Where the store has lost
 * what it held, a new generation is born at that moment: every earlier login is older than it.
 */
export async function getManyOfGeneration(
  store: Store,
  clock: Clock,
  keys: readonly [Key, ...Key[]],
  others: readonly Key[] = [],
): Promise<GenerationRead> {
  const shards = new Set(keys.map(shardOf));
  const sentinelKeys = SENTINEL_KEYS.filter((_, shard) => shards.has(shard));
  // The sentinels are read last: what was lost before the values were read cannot be missed.
  const values = await store.getMany([...keys, ...others, ...sentinelKeys]);
  const firstSentinel = keys.length + others.length;
  const generations = await Promise.all(
    sentinelKeys.map((key, index) => {
      const text = values[firstSentinel + index] ?? null;
      return text === null ? claimSentinel(store, clock, key) : parseSentinel(text);
    }),
  );
  return {
    values: values.slice(0, keys.length),
    others: values.slice(keys.length, firstSentinel),
    generation: {
      id: generations.map(({ id }) => id).join(","),
      bornAt: Math.max(...generations.map(({ bornAt }) => bornAt)),
    },
  };
}

async function claimSentinel(store: Store, clock: Clock, key: Key): Promise<Generation> {
  const { value } = await store.claim(
    key,
    JSON.stringify({ id: crypto.randomUUID(), born_at: clock() }),
    null,
  );
  return parseSentinel(value);
}

function parseSentinel(text: string): Generation {
  let sentinel: unknown;
  try {
    sentinel = JSON.parse(text);
  } catch (cause) {
    throw corrupt(cause);
  }
  if (!sentinelCheck.Check(sentinel)) throw corrupt(undefined);
  return { id: sentinel.id, bornAt: sentinel.born_at };
}

function corrupt(cause: unknown): StoreError {
  return new StoreError("store_corrupt", "the store's generation is not one that Postern wrote", { cause });
}
