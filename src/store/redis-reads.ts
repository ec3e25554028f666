import { type Callback, type ChainableCommander, Cluster } from "ioredis";
import type { RedisClient } from "./redis-client.ts";

/** Reads of strings and hashes. Errors are the client's own. */
export class RedisReads {
  readonly #client: RedisClient;
  #turn: ChainableCommander | null = null;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /**
   * What is held under each name, null where there is nothing, in one round trip. MGET alone would call a key
   * of another type absent: EXISTS tells how many there are, and where one is missing GET tells what is wrong
   * with it. In a cluster each slot is asked apart.
   */
  async strings(names: readonly string[]): Promise<readonly (string | null)[]> {
    if (!(this.#client instanceof Cluster)) return this.#stringsOfSlot(names);
    const slots = Map.groupBy(names, hashTagOf);
    const read = [...slots.values()].map(async (some) => {
      const values = await this.#stringsOfSlot(some);
      return some.map((name, index) => [name, values[index] ?? null] as const);
    });
    const found = new Map((await Promise.all(read)).flat());
    return names.map((name) => found.get(name) ?? null);
  }

  hash(name: string): Promise<Readonly<Record<string, string>>> {
    return this.#ask((client, done) => client.hgetall(name, done));
  }

  async #stringsOfSlot(names: readonly string[]): Promise<readonly (string | null)[]> {
    const [first] = names;
    if (first === undefined) return [];
    if (names.length === 1) return [await this.#string(first)];
    const [values, existing] = await Promise.all([
      this.#ask<(string | null)[]>((client, done) => client.mget([...names], done)),
      this.#ask<number>((client, done) => client.exists([...names], done)),
    ]);
    const found = values.filter((value) => value !== null).length;
    // One may have come or gone between the two commands: then nothing is wrong.
    const isWhole = values.length === names.length && found === existing;
    return isWhole ? values : Promise.all(names.map((name) => this.#string(name)));
  }

  #string(name: string): Promise<string | null> {
    return this.#ask((client, done) => client.get(name, done));
  }

  /** Reads of one turn of the event loop are written at once: a write costs more than Redis takes to answer. */
  #ask<T>(command: (client: Asked, done: Callback<T>) => unknown): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    command(this.#client instanceof Cluster ? this.#client : this.#openTurn(this.#client), (error, reply) => {
      if (error || reply === undefined) reject(error);
      else resolve(reply);
    });
    return promise;
  }

  #openTurn(client: Exclude<RedisClient, Cluster>): ChainableCommander {
    if (this.#turn !== null) return this.#turn;
    const turn = client.pipeline();
    this.#turn = turn;
    queueMicrotask(() => {
      this.#turn = null;
      // Each command tells its own failure.
      turn.exec().catch(() => {});
    });
    return turn;
  }
}

type Asked = RedisClient | ChainableCommander;

/** `{5}` of `postern:{5}:…`: what Cluster finds the slot by. */
function hashTagOf(name: string): string {
  return name.slice(0, name.indexOf("}") + 1);
}
