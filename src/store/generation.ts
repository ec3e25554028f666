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

/** Keys to read in this order by one `getMany`, so that the generation of the values can be told. */
export interface GenerationKeys {
  /** Those that the generation is of, then others, then the sentinels of the first. */
  readonly all: readonly Key[];
  readonly sentinels: readonly Key[];
}

export interface GenerationRead {
  readonly values: readonly (string | null)[];
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

/** What to read for the values of `keys` and their generation; the values of `others` may be older than that. */
export function withSentinels(keys: readonly [Key, ...Key[]], others: readonly Key[] = []): GenerationKeys {
  const shards = new Set(keys.map(shardOf));
  const sentinels = SENTINEL_KEYS.filter((_, shard) => shards.has(shard));
  // The sentinels are read last: what was lost before the values were read cannot be missed.
  return { all: [...keys, ...others, ...sentinels], sentinels };
}

/**
 * The generation of `values`, which were read by the keys. Where the store has lost what it held, a new
 * generation is born at this moment: every earlier login is older than it.
 */
export async function generationOf(
  store: Store,
  clock: Clock,
  { sentinels }: GenerationKeys,
  values: readonly (string | null)[],
): Promise<Generation> {
  const texts = values.slice(values.length - sentinels.length);
  const generations = await Promise.all(
    sentinels.map((key, index) => {
      const text = texts[index] ?? null;
      return text === null ? claimSentinel(store, clock, key) : parseSentinel(text);
    }),
  );
  return {
    id: generations.map(({ id }) => id).join(","),
    bornAt: Math.max(...generations.map(({ bornAt }) => bornAt)),
  };
}

/** Whether no sentinel was missing: then the same values, read again, are of the same generation. */
export function hasSentinels({ sentinels }: GenerationKeys, values: readonly (string | null)[]): boolean {
  return values.slice(values.length - sentinels.length).every((text) => text !== null);
}

/** The values of the keys and the generation they belong to, in one round trip. */
export async function getManyOfGeneration(
  store: Store,
  clock: Clock,
  keys: readonly [Key, ...Key[]],
): Promise<GenerationRead> {
  const asked = withSentinels(keys);
  const values = await store.getMany(asked.all);
  const generation = await generationOf(store, clock, asked, values);
  return { values: values.slice(0, keys.length), generation };
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
