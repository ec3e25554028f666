import { type Static, type TSchema, Type as t } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import { type Callback, type ChainableCommander, Cluster } from "ioredis";
import type { RedisClient } from "./redis-client.ts";
import { StoreError } from "./store.ts";

// What comes off the wire need not be what was asked for: garbage may still read as a reply.
const VALUE = TypeCompiler.Compile(t.Union([t.String(), t.Null()]));
const VALUES = TypeCompiler.Compile(t.Array(t.Union([t.String(), t.Null()])));
const HASH = TypeCompiler.Compile(t.Record(t.String(), t.String()));

type Values = readonly (string | null)[];

/** Names that one caller asks for, and how it is answered. */
interface Request {
  readonly names: readonly string[];
  /** Whether each null must stand for nothing. */
  readonly checked: boolean;
  readonly resolve: (values: Values | Promise<Values>) => void;
  readonly reject: (error: unknown) => void;
}

interface Read {
  readonly values: Values;
  /** Whether each null that was to be checked stands for nothing. */
  readonly isWhole: boolean;
}

/**
 * Reads of strings and hashes. Those of one turn of the event loop are written at once, and their strings
 * are one command: a write costs more than Redis takes to answer. Errors are the client's own.
 */
export class RedisReads {
  readonly #client: RedisClient;
  /** Strings that are asked for at the end of this turn. */
  #requests: Request[] = [];
  /** What is sent at the end of this turn, where it is several commands. */
  #pipeline: ChainableCommander | null = null;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /**
   * What is held under each name, null where there is nothing, in one round trip. What is asked for by
   * `string` and `hash` in the same turn is read before.
   */
  strings(names: readonly string[]): Promise<Values> {
    return this.#request(names, true);
  }

  /** `strings`, but what is of another type is null, too. */
  stringsUnchecked(names: readonly string[]): Promise<Values> {
    return this.#request(names, false);
  }

  string(name: string): Promise<string | null> {
    return this.#ask(VALUE, (commands, done) => commands.get(name, done));
  }

  hash(name: string): Promise<Readonly<Record<string, string>>> {
    return this.#ask(HASH, (commands, done) => commands.hgetall(name, done));
  }

  #request(names: readonly string[], checked: boolean): Promise<Values> {
    if (names.length === 0) return Promise.resolve([]);
    const { promise, resolve, reject } = Promise.withResolvers<Values>();
    this.#endTurn();
    this.#requests.push({ names, checked, resolve, reject });
    return promise;
  }

  #ask<S extends TSchema>(
    expected: TypeCheck<S>,
    command: (commands: RedisClient | ChainableCommander, done: Callback<unknown>) => unknown,
  ): Promise<Static<S>> {
    const { promise, resolve, reject } = Promise.withResolvers<Static<S>>();
    command(this.#openPipeline(), (error, reply) => {
      if (error) reject(error);
      else if (expected.Check(reply)) resolve(reply);
      else reject(noReply());
    });
    return promise;
  }

  /** In a cluster each command finds its own way. */
  #openPipeline(): RedisClient | ChainableCommander {
    if (this.#client instanceof Cluster) return this.#client;
    this.#endTurn();
    this.#pipeline ??= this.#client.pipeline();
    return this.#pipeline;
  }

  #endTurn(): void {
    if (this.#pipeline !== null || this.#requests.length > 0) return;
    queueMicrotask(() => {
      const requests = this.#requests;
      if (requests.length > 0) this.#send(requests);
      const pipeline = this.#pipeline;
      this.#requests = [];
      this.#pipeline = null;
      // Each command tells its own failure.
      pipeline?.exec().catch(() => {});
    });
  }

  #send(requests: readonly Request[]): void {
    const names = requests.flatMap((request) => request.names);
    const doubtful = requests.flatMap((request) => (request.checked ? request.names : []));
    this.#read(names, doubtful).then(
      ({ values, isWhole }) => {
        let start = 0;
        for (const request of requests) {
          const end = start + request.names.length;
          // What is wrong with the names of one is nothing to the others.
          const isRight = isWhole || !request.checked;
          request.resolve(isRight ? values.slice(start, end) : this.#readEach(request.names));
          start = end;
        }
      },
      (error: unknown) => {
        for (const { reject } of requests) reject(error);
      },
    );
  }

  /** `doubtful`: those of the names whose nulls are to be checked. In a cluster each slot is asked apart. */
  #read(names: readonly string[], doubtful: readonly string[]): Promise<Read> {
    return this.#client instanceof Cluster
      ? this.#readSlots(names, doubtful)
      : this.#readSlot(names, doubtful);
  }

  async #readSlots(names: readonly string[], doubtful: readonly string[]): Promise<Read> {
    const doubtfulBySlot = Map.groupBy(doubtful, hashTagOf);
    const slots = [...Map.groupBy(names, hashTagOf)].map(async ([tag, some]) => {
      const { values, isWhole } = await this.#readSlot(some, doubtfulBySlot.get(tag) ?? []);
      return { isWhole, found: some.map((name, index) => [name, values[index] ?? null] as const) };
    });
    const read = await Promise.all(slots);
    const found = new Map(read.flatMap((slot) => slot.found));
    return {
      values: names.map((name) => found.get(name) ?? null),
      isWhole: read.every(({ isWhole }) => isWhole),
    };
  }

  /** MGET, which calls null what is of another type; EXISTS tells how many there are of any. */
  #readSlot(names: readonly string[], doubtful: readonly string[]): Promise<Read> {
    if (names.length === 1) return this.#readEach(names).then((values) => ({ values, isWhole: true }));
    const { promise, resolve, reject } = Promise.withResolvers<Read>();
    const isAlone = doubtful.length === 0 && this.#pipeline === null;
    const commands = isAlone ? this.#client : this.#openPipeline();
    let values: Values = [];
    commands.mget([...names], (error, reply: unknown) => {
      if (error) return reject(error);
      if (!VALUES.Check(reply) || reply.length !== names.length) return reject(noReply());
      values = reply;
      if (doubtful.length === 0) resolve({ values, isWhole: true });
    });
    if (doubtful.length === 0) return promise;
    commands.exists([...doubtful], (error, existing) => {
      const held = new Set(names.filter((_, index) => (values[index] ?? null) !== null));
      if (error) reject(error);
      else resolve({ values, isWhole: doubtful.filter((name) => held.has(name)).length === existing });
    });
    return promise;
  }

  /** GET tells what is wrong with a key. Where one came or went since, nothing is. */
  #readEach(names: readonly string[]): Promise<Values> {
    return Promise.all(names.map((name) => this.string(name)));
  }
}

function noReply(): StoreError {
  return new StoreError(
    "store_unavailable",
    "Redis answered with something other than what it was asked for",
  );
}

/** `{5}` of `postern:{5}:…`: what Cluster finds the slot by. */
function hashTagOf(name: string): string {
  return name.slice(0, name.indexOf("}") + 1);
}
